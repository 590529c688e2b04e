"""One WiiD training step, by mmengine and in a bare loop, for tools/benchmark.py step."""

import copy
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from mmengine.optim import OptimWrapper
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from wiid_plugins.engine import Bfloat16OptimWrapper
from wiid_plugins.models import PairedPreprocessor
from wiid_plugins.ops.mmd import mmd_loss
from wiid_plugins.ops.regions import show_only


@dataclass(frozen=True)
class Setting:
    """Where and how the steps run."""

    device: str = 'cpu'
    bf16: bool = False
    compile: bool = False

    def autocast(self) -> torch.autocast:
        """Give the context that forward passes run in."""
        return torch.autocast(self.device, torch.bfloat16, enabled=self.bf16)

    def place(self, model: nn.Module) -> nn.Module:
        """Give a copy of a model, where the steps want it."""
        return copy.deepcopy(model).to(self.device)

    def wrap(self, optimizer: torch.optim.Optimizer) -> OptimWrapper:
        """Give the wrapper that mmengine trains with."""
        return (Bfloat16OptimWrapper if self.bf16 else OptimWrapper)(optimizer=optimizer)


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
        self.optim = setting.wrap(make_optimizer(model))
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
        stock, aux, slow = model.model, model.aux, model.target.average
        self.batch, self.setting, self.aux = batch, setting, aux
        self.views: PairedPreprocessor = model.data_preprocessor
        self.backbone, self.neck, self.head = stock.backbone, stock.neck, stock.head
        self.slow_backbone, self.slow_neck = slow['encoder'].backbone, slow['encoder'].neck
        self.projector, self.predictor = aux.projectors[0], aux.predictors[0]
        self.slow_projector = slow['projectors'][0]
        online = nn.ModuleDict({'encoder': stock, 'projectors': aux.projectors})
        self.optimizer = make_optimizer(model)
        self.slow_tensors, self.fast_tensors = pairs(slow, online)

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
        views = self.views
        day, dark = self._unit(self.batch.day), self._unit(self.batch.dark)
        night = views.enhance(views.darken(day))
        dark = views.enhance(dark)
        visible = views.regions(views.target(day))
        day, night, dark = self._normalise(torch.cat([day, night, dark])).chunk(3)
        return torch.cat([show_only(view, visible) for view in (day, night, dark)])

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


def pairs(slow: nn.Module, fast: nn.Module) -> tuple[list[Tensor], list[Tensor]]:
    """Give the floating tensors of a slow copy, and those of the same names that it follows."""
    online, own = fast.state_dict(), slow.state_dict()
    names = [name for name, value in own.items() if value.is_floating_point()]
    return [own[name] for name in names], [online[name] for name in names]


def make_optimizer(model: nn.Module) -> torch.optim.Optimizer:
    """Make the published optimizer."""
    return torch.optim.Adam(model.parameters(), lr=1.7e-3, weight_decay=1e-5)
