"""The same training step in the published code's order of work, for tools/benchmark.py step."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tools.benchmarks.masks import CpuMasks
from tools.benchmarks.step import BareStep, Batch, Setting
from wiid_plugins.ops.mmd import mmd_loss
from wiid_plugins.ops.regions import show_only


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

    mmd_trains = False

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
        with torch.set_grad_enabled(self.mmd_trains):
            apart = [self.neck(self.backbone(v))[-1] for v in (night, dark)]
        loss = self.aux.mmd['weight'] * mmd_loss(*apart)
        for feature, other in zip(online, slow, strict=True):
            prediction = self.predictor(self.projector(feature))
            byol = (2 - 2 * F.cosine_similarity(prediction, other)).mean() / 2
            loss = loss + F.cross_entropy(self.head((feature,)), labels)
            loss = loss + self.aux.byol['weight'] * byol
        return loss


class PublishedTrainedStep(PublishedStep):
    """The published order with the ``no_grad`` taken away, so that MMD trains as it does in WiiD."""

    mmd_trains = True
