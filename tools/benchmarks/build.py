"""Make the variants of a training step from one config, for tools/benchmark.py step."""

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch import nn

from tools.benchmarks.published import PublishedStep, PublishedTrainedStep
from tools.benchmarks.step import BareStep, Batch, Setting, WiidStep
from wiid_plugins.registry import MODELS

STEPS = {
    'WiiD': WiidStep,
    'bare loop': BareStep,
    'published order': PublishedStep,
    'published, MMD trains': PublishedTrainedStep,
}


def build_steps(config: Config, size: int, batch_size: int, setting: Setting) -> dict:
    """Make the three steps, each with its own copy of the same weights.

    Raises:
        ValueError: If the config lacks a part of the method, so that the three would differ.
    """
    init_default_scope(config.default_scope)
    torch.manual_seed(0)
    model = MODELS.build(config.model)
    _require_everything(model, config.filename)
    batch = _draw_batch(model, size, batch_size)
    steps = {}
    for name, step in STEPS.items():
        own = setting.place(model)
        if setting.compile and not issubclass(step, PublishedStep):
            own.model.backbone.compile()
            own.target.encoder.backbone.compile()
        steps[name] = step(own, batch, setting)
    return steps


def _require_everything(model: nn.Module, filename: str) -> None:
    views, aux = getattr(model, 'data_preprocessor', None), getattr(model, 'aux', None)
    parts = [getattr(views, name, None) is not None for name in ('darken', 'enhance', 'regions')]
    parts += [bool(aux and aux.byol), bool(aux and aux.mmd and not aux.mmd['detach'])]
    if not all(parts) or model.tap != ['neck'] or not model.joint_forward:
        raise ValueError(
            f'{filename}: needs darken, enhance, regions, byol, an mmd that trains, tap="neck" and '
            'joint_forward=True; take resnet18_wiid_*_codan in configs/cls'
        )


def _draw_batch(model: nn.Module, size: int, batch_size: int) -> Batch:
    shape = (batch_size, 3, size, size)
    day, dark = (torch.randint(0, 256, shape, dtype=torch.uint8) for _ in range(2))
    dark = dark // 8
    views = model.data_preprocessor
    night = views.enhance(views.darken(day.float() / 255))
    labels = torch.randint(model.model.head.num_classes, (batch_size,))
    return Batch(day, dark, (night * 255).round().byte(), labels)
