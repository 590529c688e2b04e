"""The auxiliary losses: BYOL between the day and the night view, MMD against real dark pictures."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.dist import get_world_size
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.distributed.nn.functional import all_gather
from torchvision.ops import MLP

from ..ops.consistency import masked_consistency
from ..ops.mmd import mmd_loss
from ..registry import MODELS


@MODELS.register_module()
class WiidAux(BaseModule):
    """Pull day and night features together (BYOL) and match their statistics (MMD).

    Features are pooled, ``(B, C)`` float; one projector and predictor per tapped level, the losses
    are averaged over levels. Projector ``C -> hidden -> out`` and predictor ``out -> hidden -> out``
    are Linear-BN-ReLU-Linear.

    Args:
        in_channels: C of each tapped level, one number for a single level.
        byol: ``dict(weight, momentum)``, ``momentum`` is 1 - tau; None switches BYOL off.
        mmd: ``dict(weight, detach=False)``; ``detach=True`` gives the published code's constant term,
            which trains nothing. None switches MMD off.
        consistency: ``dict(weight, threshold=0.9)``: what the momentum encoder, with the head, is sure
            of in whole dark images is learned in masked ones. None switches it off.
        hidden: Width of the hidden layers.
        out: Width of the projections.

    Source: Grill et al., NeurIPS 2020 (BYOL, Eq. 2); WiiD, ECCV 2024.
    """

    def __init__(
        self,
        in_channels: int | Sequence[int],
        byol: dict[str, float] | None = None,
        mmd: dict[str, Any] | None = None,
        consistency: dict[str, float] | None = None,
        hidden: int = 128,
        out: int = 128,
    ):
        super().__init__()
        self.in_channels = [in_channels] if isinstance(in_channels, int) else list(in_channels)
        self.byol = dict(byol or {})  # empty: off
        self.mmd = {'detach': False, **mmd} if mmd else {}
        self.consistency = {'threshold': 0.9, **consistency} if consistency else {}
        if self.consistency and not self.byol:
            raise ValueError(
                'wiid.aux.consistency asks the momentum encoder: it needs wiid.aux.byol'
            )
        self.projectors, self.predictors = nn.ModuleList(), nn.ModuleList()
        if self.byol:
            for channels in self.in_channels:
                self.projectors.append(MLP(channels, [hidden, out], nn.BatchNorm1d))
                self.predictors.append(MLP(out, [hidden, out], nn.BatchNorm1d))

    def byol_loss(self, online: list[Tensor], target: list[Tensor]) -> Tensor:
        """BYOL both ways: ``2 - 2 cos(prediction, projection of the other view)``.

        Args:
            online: Per level, ``(2B, C)`` features of the day views, then of the night views.
            target: Per level, ``(2B, out)`` slow projections in the same order.

        Returns:
            Weighted scalar, the mean over both directions, samples and levels.
        """
        losses = []
        for feature, slow, projector, predictor in zip(
            online, target, self.projectors, self.predictors, strict=True
        ):
            prediction = predictor(projector(feature))
            other = slow.detach().roll(len(slow) // 2, 0)  # day meets night and night meets day
            losses.append((2 - 2 * F.cosine_similarity(prediction, other, dim=1)).mean())
        return self.byol['weight'] * sum(losses[1:], losses[0]) / len(losses)

    def mmd_loss(self, night: list[Tensor], dark: list[Tensor]) -> Tensor:
        """MMD between the darkened day views and unpaired real dark pictures, over all processes.

        Args:
            night: Per level, ``(B, C)`` features.
            dark: Per level, ``(M, C)`` features.

        Returns:
            Weighted scalar, the mean over levels; the same on every process.
        """
        if self.mmd['detach']:
            night, dark = [f.detach() for f in night], [f.detach() for f in dark]
        pairs = zip(night, dark, strict=True)
        losses = [mmd_loss(gather(n), gather(d)) for n, d in pairs]
        return self.mmd['weight'] * sum(losses[1:], losses[0]) / len(losses)

    def consistency_loss(self, logits: Tensor, slow: Tensor) -> Tensor:
        """Weighted :func:`~wiid_plugins.ops.consistency.masked_consistency`, ``(M, K)`` both."""
        loss = masked_consistency(logits, slow, self.consistency['threshold'])
        return self.consistency['weight'] * loss


def gather(features: Tensor) -> Tensor:
    """Join the features of all processes, keeping the gradient to every one of them."""
    if get_world_size() == 1:
        return features
    return torch.cat(all_gather(features))
