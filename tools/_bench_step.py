"""One WiiD training step taken in three ways on the same pictures, for tools/benchmark.py step."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmengine.optim import OptimWrapper
from mmengine.registry import init_default_scope
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from tools._bench_masks import CpuMasks
from wiid_plugins.models import PairedPreprocessor
from wiid_plugins.ops.lowlight import darken, enhance
from wiid_plugins.ops.mmd import mmd_loss
from wiid_plugins.ops.regions import show_only
from wiid_plugins.registry import MODELS


@dataclass(frozen=True)
class Setting:
    """Where and how the steps run."""

    device: str = 'cpu'
    bf16: bool = False
    channels_last: bool = False
    compile: bool = False

    def autocast(self) -> torch.autocast:
        """Give the context that forward passes run in."""
        return torch.autocast(self.device, torch.bfloat16, enabled=self.bf16)


class Batch(NamedTuple):
    """Pictures ``(B, 3, H, W)`` uint8 BGR on the CPU, as a loader gives them, labels ``(B,)`` int64.

    ``night`` is the enhanced dark twin that the published loader reads from disk; the other ways
    make theirs.
    """

    day: Tensor
    dark: Tensor
    night: Tensor
    labels: Tensor


class WiidStep:
    """The config's model as mmengine trains it: ``train_step``, then the momentum update."""

    def __init__(self, model: nn.Module, batch: Batch, setting: Setting):
        self.model = model
        self.optim = CastOptimWrapper(setting, optimizer=make_optimizer(model))
        samples = [DataSample().set_gt_label(int(label)) for label in batch.labels]
        self.data = dict(inputs=batch.day, dark=batch.dark, data_samples=samples)

    def __call__(self) -> Tensor:
        """Take one step; give its loss."""
        loss = self.model.train_step(self.data, self.optim)['loss']
        self.model.update_target()
        return loss.detach()


class BareStep:
    """The same passes in a plain PyTorch loop.

    Backbone, neck, head and projectors are called as plain modules and the equations as functions;
    no model base class, preprocessor, optimizer wrapper, hook or data sample takes part. The slow
    copy is advanced by one fused call.
    """

    def __init__(self, model: nn.Module, batch: Batch, setting: Setting):
        stock, aux, slow = model.model, model.aux, model.target.average.module
        self.batch, self.setting, self.aux = batch, setting, aux
        self.views: PairedPreprocessor = model.data_preprocessor
        self.backbone, self.neck, self.head = stock.backbone, stock.neck, stock.head
        self.slow_backbone, self.slow_neck = slow['encoder'].backbone, slow['encoder'].neck
        self.projector, self.predictor = aux.projectors[0], aux.predictors[0]
        self.slow_projector = slow['projectors'][0]
        online = nn.ModuleDict({'encoder': stock, 'projectors': aux.projectors})
        self.optimizer = make_optimizer(model)
        fast = online.state_dict()
        pairs = [(v, fast[k]) for k, v in slow.state_dict().items() if v.is_floating_point()]
        self.slow_tensors, self.fast_tensors = (list(side) for side in zip(*pairs, strict=True))

    def __call__(self) -> Tensor:
        """Take one step; give its loss."""
        with self.setting.autocast():
            loss = self._loss(self._images(), self.batch.labels.to(self.setting.device))
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        torch._foreach_lerp_(self.slow_tensors, self.fast_tensors, self.aux.byol['momentum'])
        return loss.detach()

    def _unit(self, pictures: Tensor) -> Tensor:
        pictures = pictures.to(self.setting.device)
        return (pictures.flip(1) if self.views.bgr else pictures).float() / 255

    def _normalise(self, images: Tensor) -> Tensor:
        return (images - self.views.stock.mean / 255) / (self.views.stock.std / 255)

    def _images(self) -> Tensor:
        """Day, night and dark views, ``(3B, 3, H, W)``."""
        views, curve = self.views, self.views.enhance
        day, dark = self._unit(self.batch.day), self._unit(self.batch.dark)
        night = enhance(darken(day, views.darken), **curve)
        dark = enhance(dark, **curve)
        visible = views.regions(views.target(day))
        return self._normalise(
            torch.cat([show_only(day, visible), show_only(night, visible), dark])
        )

    def _loss(self, images: Tensor, labels: Tensor) -> Tensor:
        n = len(labels)
        feature = self.neck(self.backbone(images))[-1]
        task = F.cross_entropy(self.head((feature[: 2 * n],)), labels.repeat(2))
        with torch.no_grad():
            slow = self.slow_neck(self.slow_backbone(images[: 2 * n]))[-1]
            slow = self.slow_projector(slow).roll(n, 0)
        prediction = self.predictor(self.projector(feature[: 2 * n]))
        byol = (2 - 2 * F.cosine_similarity(prediction, slow)).mean()
        mmd = mmd_loss(feature[n : 2 * n], feature[2 * n :])
        return 2 * task + self.aux.byol['weight'] * byol + self.aux.mmd['weight'] * mmd


class PublishedStep(BareStep):
    """The published code's order of work, in the same plain loop.

    * Night pictures are ready-made: neither darkening nor enhancement is charged.
    * Masks are made on the CPU, image by image; see :class:`CpuMasks`.
    * Six backbone passes: online day and night, slow day and night, and once more night and dark
      under ``no_grad`` for MMD, which therefore trains nothing. WiiD runs the online views as one
      batch and the slow ones as another, and its gradient goes through the dark pictures too: one
      backward pass more.
    * The slow copy is advanced parameter by parameter inside the forward pass.
    """

    def __init__(self, model: nn.Module, batch: Batch, setting: Setting):
        super().__init__(model, batch, setting)
        self.masks = CpuMasks(self.views.regions, self.views.target.keep)
        modules = (self.backbone, self.neck, self.projector)
        slow = (self.slow_backbone, self.slow_neck, self.slow_projector)
        self.fast_parameters = [p for m in modules for p in m.parameters()]
        self.slow_parameters = [p for m in slow for p in m.parameters()]

    def __call__(self) -> Tensor:
        """Take one step; give its loss."""
        with self.setting.autocast():
            day, night, dark = (
                self._normalise(self._unit(p))
                for p in (self.batch.day, self.batch.night, self.batch.dark)
            )
            visible = self.masks(day)
            views = show_only(day, visible), show_only(night, visible), dark
            loss = self._published_loss(*views, self.batch.labels.to(self.setting.device))
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        return loss.detach()

    def _published_loss(self, day: Tensor, night: Tensor, dark: Tensor, labels: Tensor) -> Tensor:
        online = [self.neck(self.backbone(v))[-1] for v in (day, night)]
        with torch.no_grad():
            for slow, fast in zip(self.slow_parameters, self.fast_parameters, strict=True):
                slow.lerp_(fast, self.aux.byol['momentum'])
            slow = [self.slow_neck(self.slow_backbone(v))[-1] for v in (night, day)]
            slow = [self.slow_projector(f) for f in slow]
            still = [self.neck(self.backbone(v))[-1] for v in (night, dark)]
        loss = self.aux.mmd['weight'] * mmd_loss(*still)
        for feature, other in zip(online, slow, strict=True):
            prediction = self.predictor(self.projector(feature))
            byol = (2 - 2 * F.cosine_similarity(prediction, other)).mean() / 2
            loss = loss + F.cross_entropy(self.head((feature,)), labels)
            loss = loss + self.aux.byol['weight'] * byol
        return loss


class CastOptimWrapper(OptimWrapper):
    """mmengine's plain wrapper with the forward pass in ``setting.autocast()``.

    ``AmpOptimWrapper`` refuses to run on the CPU, and scales the loss, which bfloat16 does not need.
    """

    def __init__(self, setting: Setting, **kwargs):
        super().__init__(**kwargs)
        self.setting = setting

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Enter it around the forward pass."""
        with super().optim_context(model), self.setting.autocast():
            yield


def make_optimizer(model: nn.Module) -> torch.optim.Optimizer:
    """Make the published optimizer."""
    return torch.optim.Adam(model.parameters(), lr=1.7e-3, weight_decay=1e-5)


STEPS = {'WiiD': WiidStep, 'bare loop': BareStep, 'published order': PublishedStep}


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
        own = copy.deepcopy(model).to(setting.device)
        if setting.channels_last:
            own = own.to(memory_format=torch.channels_last)
        if setting.compile and step is not PublishedStep:
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
            'joint_forward=True; take resnet18_wiid_* in configs/cls'
        )


def _draw_batch(model: nn.Module, size: int, batch_size: int) -> Batch:
    shape = (batch_size, 3, size, size)
    day, dark = (torch.randint(0, 256, shape, dtype=torch.uint8) for _ in range(2))
    dark = dark // 8
    views = model.data_preprocessor
    night = enhance(darken(day.float() / 255, views.darken), **views.enhance)
    labels = torch.randint(model.model.head.num_classes, (batch_size,))
    return Batch(day, dark, (night * 255).round().byte(), labels)
