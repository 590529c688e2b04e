"""One WiiD step of a single-stage detector, by mmengine and in a bare loop, for tools/benchmark.py."""

import torch
import torch.nn.functional as F
from mmdet.structures import DetDataSample
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.structures import InstanceData
from torch import Tensor, nn

from tools.benchmarks.step import Setting, pairs
from wiid_plugins.models.tap import levels
from wiid_plugins.ops.grid import shrink_boxes
from wiid_plugins.ops.mmd import mmd_loss
from wiid_plugins.ops.regions import show_only
from wiid_plugins.registry import MODELS

BOXES = 6  # a picture


class DetWiidStep:
    """The config's model as mmengine trains it: ``train_step``, then the momentum update."""

    def __init__(self, model: nn.Module, data: dict, setting: Setting):
        self.model, self.data = model, data
        self.optim = setting.wrap(make_optimizer(model))

    def __call__(self) -> Tensor:
        """Take one step; give its loss."""
        loss = self.model.train_step(self.data, self.optim)['loss']
        self.model.update_target()
        return loss.detach()


class DetBareStep:
    """The same passes in a plain PyTorch loop.

    Backbone, neck and head are called as plain modules and the equations as functions; no model base
    class, preprocessor, optimizer wrapper or hook takes part.
    """

    def __init__(self, model: nn.Module, data: dict, setting: Setting):
        stock, aux, slow = model.model, model.aux, model.target.average
        self.aux, self.views, self.data, self.setting = aux, model.data_preprocessor, data, setting
        self.encode = nn.Sequential(stock.backbone, stock.neck)
        self.slow_encode = nn.Sequential(slow['encoder'].backbone, slow['encoder'].neck)
        self.head, self.slow_projectors = stock.bbox_head, slow['projectors']
        online = nn.ModuleDict({'encoder': stock, 'projectors': aux.projectors})
        self.optimizer = make_optimizer(model)
        self.slow_tensors, self.fast_tensors = pairs(slow, online)
        size = tuple(data['inputs'][0].shape[1:])
        self.meta = dict(img_shape=size, batch_input_shape=size, pad_shape=size)

    def __call__(self) -> Tensor:
        """Take one step; give its loss."""
        with self.setting.autocast():
            loss = self._loss(*self._images())
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        torch._foreach_lerp_(self.slow_tensors, self.fast_tensors, self.aux.byol['momentum'])
        return loss.detach()

    def _images(self) -> tuple[Tensor, Tensor, list[DetDataSample]]:
        """Day and night views, dark views, and the samples of both labelled views."""
        views, device = self.views, self.setting.device
        day, dark = (torch.stack(self.data[k]).to(device).flip(1) / 255 for k in ('inputs', 'dark'))
        night, dark = views.enhance(views.darken(day)), views.enhance(dark)
        given = [s.gt_instances.to(device) for s in self.data['data_samples']]
        boxes = [g.bboxes for g in given]
        visible = views.grid(boxes, tuple(day.shape[2:]))
        mean, std = views.stock.mean / 255, views.stock.std / 255
        day, night, dark = ((torch.cat([day, night, dark]) - mean) / std).chunk(3)
        samples = []
        for instances, left, keep in zip(given, *shrink_boxes(boxes, visible), strict=True):
            kept = InstanceData(bboxes=left, labels=instances.labels[keep])
            samples.append(DetDataSample(metainfo=self.meta, gt_instances=kept))
        pairs = show_only(torch.cat([day, night]), visible.repeat(2, 1, 1))
        return pairs, show_only(dark, visible), samples * 2

    def _loss(self, images: Tensor, dark: Tensor, samples: list[DetDataSample]) -> Tensor:
        n, features = len(dark), self.encode(images)
        task = self.head.loss(features, samples)
        task = sum(sum(v) for v in task.values())
        online, dark = levels([features]), levels([self.encode(dark)])
        with torch.no_grad():
            slow = levels([self.slow_encode(images)])
            slow = [p(f).roll(n, 0) for p, f in zip(self.slow_projectors, slow, strict=True)]
        byol = mmd = 0
        modules = zip(self.aux.projectors, self.aux.predictors, strict=True)
        for feature, other, far, (project, predict) in zip(
            online, slow, dark, modules, strict=True
        ):
            byol += (2 - 2 * F.cosine_similarity(predict(project(feature)), other)).mean()
            mmd += mmd_loss(feature[n:], far)
        extra = self.aux.byol['weight'] * byol + self.aux.mmd['weight'] * mmd
        return 2 * task + extra / len(online)


def make_optimizer(model: nn.Module) -> torch.optim.Optimizer:
    """Make mmdet's usual optimizer."""
    trained = (p for p in model.parameters() if p.requires_grad)
    return torch.optim.SGD(trained, lr=1e-3, momentum=0.9, weight_decay=1e-4)


def build_det_steps(config: Config, size: int, batch_size: int, setting: Setting) -> dict:
    """Make both steps, each with its own copy of the same weights.

    Raises:
        ValueError: If the config lacks a part of the method, or is no single-stage detector.
    """
    init_default_scope(config.default_scope)
    torch.manual_seed(0)
    model = MODELS.build(config.model).train()
    views, aux = getattr(model, 'data_preprocessor', None), getattr(model, 'aux', None)
    parts = [getattr(views, name, None) is not None for name in ('darken', 'enhance', 'grid')]
    parts += [aux and aux.byol, aux and aux.mmd, getattr(model, 'joint_forward', False)]
    if not all(parts) or not hasattr(model.model, 'bbox_head'):
        raise ValueError(
            f'{config.filename}: needs darken, enhance, grid, byol, mmd, joint_forward=True and a '
            'single-stage detector; take retinanet_*_wiid_* in configs/det'
        )
    data = _draw_data(size, batch_size, model.model.bbox_head.num_classes)
    steps = {'WiiD': DetWiidStep, 'bare loop': DetBareStep}
    return {name: step(setting.place(model), data, setting) for name, step in steps.items()}


def _draw_data(size: int, batch_size: int, classes: int) -> dict:
    shape = (batch_size, 3, size, size)
    day, dark = (list(torch.randint(0, 256, shape, dtype=torch.uint8)) for _ in range(2))
    samples = []
    for _ in range(batch_size):
        corners = torch.rand(BOXES, 2, 2).sort(1).values.flatten(1) * size
        boxes = InstanceData(bboxes=corners, labels=torch.randint(classes, (BOXES,)))
        samples.append(DetDataSample(metainfo=dict(img_shape=(size, size)), gt_instances=boxes))
    return dict(inputs=day, dark=[d // 8 for d in dark], data_samples=samples)
