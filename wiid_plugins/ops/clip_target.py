"""The target of a clip: where something moved, or what is salient where nothing or everything did."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from .saliency import SaliencyTarget


@dataclass(frozen=True)
class ClipTarget:
    """Turn the foreground of a clip's frames into one target, the same for all of them.

    A pixel counts in a frame when most of its 5 x 5 neighbourhood is foreground, which noise hardly
    ever is. What counts in any frame is the target, without parts thinner than ``blob``, and grown by
    ``grow``. Frames of which more than ``most`` is foreground do not count: the camera moves, or, at
    the beginning, the mixture has not learned the noise yet.

    Args:
        blob: Least thickness of a part, as a share of the shorter side of the frame.
        grow: How far the target grows, as a share of the shorter side.
        most: Above this share of a frame everything moves.
        least, whole: With less or more than this share of the picture as target, nothing moved or
            everything did, and the middle frame's saliency decides.
        saliency: What is salient then.
    """

    blob: float = 0.03
    grow: float = 0.02
    most: float = 0.4
    least: float = 0.002
    whole: float = 0.8
    saliency: SaliencyTarget = SaliencyTarget()

    def __call__(
        self, foreground: Tensor, clips: Tensor, generator: torch.Generator | None = None
    ) -> Tensor:
        """Find the target.

        Args:
            foreground: ``(N, T, H, W)`` float in [0, 1], T at least 2.
            clips: ``(N, T, 3, H, W)`` float RGB in [0, 1].
            generator: Makes the draw of the saliency's share repeatable.

        Returns:
            ``(N, H, W)`` bool.
        """
        side = min(foreground.shape[2:])
        counts = F.avg_pool2d(foreground, 5, stride=1, padding=2) > 0.5
        steady = foreground.mean((2, 3), keepdim=True) <= self.most
        moved = (counts & steady).any(1, keepdim=True).float()
        moved = _dilated(_eroded(moved, self.blob * side / 2), (self.blob / 2 + self.grow) * side)
        share = moved.mean((1, 2, 3))
        still = (share < self.least) | (share > self.whole)
        salient = self.saliency(clips[:, clips.shape[1] // 2], generator)
        return torch.where(still[:, None, None], salient, moved[:, 0] > 0)


def _dilated(mask: Tensor, reach: float) -> Tensor:
    """Grow ``(N, 1, H, W)`` by ``reach`` pixels, rounded."""
    steps = round(reach)
    return F.max_pool2d(mask, 2 * steps + 1, stride=1, padding=steps)


def _eroded(mask: Tensor, reach: float) -> Tensor:
    return 1 - _dilated(1 - mask, reach)
