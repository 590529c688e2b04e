"""Temporal Gaussian mixture: which pixels of a clip move against their background."""

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

CPU_PIXELS = 2**17  # tracked at once: with fewer the calls cost more, with more the cache misses


@dataclass(frozen=True)
class TemporalGMM:
    """Parameters of an adaptive mixture of Gaussians per pixel, without shadows.

    Names, defaults and units (grey levels of 0 to 255) are those of OpenCV's
    ``BackgroundSubtractorMOG2``. The learning rate is its automatic one, ``1 / min(2 t, history)`` at
    frame t.

    Args:
        history: Frames after which the learning rate falls no more, times two.
        varThreshold: Squared distance, in variances, up to which a pixel is background.
        nmixtures: Gaussians per pixel at most, from 2.
        backgroundRatio: Share of the weight that is background, the heaviest Gaussians first.
        varThresholdGen: Squared distance up to which a pixel belongs to a Gaussian; else it starts one.
        varInit, varMin, varMax: Variance of a new Gaussian, and its bounds.
        complexityReductionThreshold: Evidence, in samples, that a Gaussian must have or be pruned.
    """

    history: int = 500
    varThreshold: float = 16.0
    nmixtures: int = 5
    backgroundRatio: float = 0.9
    varThresholdGen: float = 9.0
    varInit: float = 15.0
    varMin: float = 4.0
    varMax: float = 75.0
    complexityReductionThreshold: float = 0.05

    def __post_init__(self) -> None:
        if self.nmixtures < 2 or self.history < 1:
            raise ValueError(
                f'TemporalGMM: nmixtures is 2 or more and history 1 or more, got {self.nmixtures} '
                f'and {self.history}'
            )


@dataclass
class Mixture:
    """Gaussians of P pixels by descending weight, K of them: as many as the fullest pixel has.

    Planes are what changes in all pixels at every frame, rows what changes in few of them.

    Args:
        weight: ``(K, P)`` float, 0 where there is no Gaussian.
        first: ``(4, P)`` float, variance, red, green and blue of the heaviest Gaussian.
        others: ``(K - 1, P, 4)`` float, the same of the others.
    """

    weight: Tensor
    first: Tensor
    others: Tensor

    def take(self, rest: Tensor) -> tuple[Tensor, Tensor]:
        """Gather the pixels ``rest (R,)``: weights ``(K, R)`` and shapes ``(K, 4, R)``."""
        first = self.first.index_select(1, rest)[None]
        others = self.others.index_select(1, rest).mT
        return self.weight.index_select(1, rest), torch.cat([first, others])

    def put(self, rest: Tensor, weight: Tensor, shape: Tensor) -> None:
        """Write pixels back, and make room for one Gaussian more if any of them has it."""
        if len(weight) > len(self.weight) and weight[-1].any():
            self.weight = F.pad(self.weight, (0, 0, 0, 1))
            self.others = F.pad(self.others, (0, 0, 0, 0, 0, 1))
        self.weight.index_copy_(1, rest, weight[: len(self.weight)])
        self.first.index_copy_(1, rest, shape[0])
        self.others.index_copy_(1, rest, shape[1 : len(self.weight)].mT)


@torch.no_grad()
def foreground(clips: Tensor, **parameters: Any) -> Tensor:
    """Find what moves in clips: what the mixture of its pixel does not explain.

    Most pixels belong to the heaviest of their Gaussians, which leaves the order as it is. They are
    updated all at once, the others in a batch of their own.

    Args:
        clips: ``(N, T, 3, H, W)`` float RGB in [0, 1].
        **parameters: Of :class:`TemporalGMM`.

    Returns:
        ``(N, T, H, W)`` float, 1 where a pixel is foreground, else 0. All of the first frame is
        foreground: nothing was learned before it.

    Source: Zivkovic, ICPR 2004, Eq. 4 to 11; Zivkovic and van der Heijden, PRL 2006.
    """
    gmm = TemporalGMM(**parameters)
    frames = clips.flatten(3).permute(1, 2, 0, 3)
    moving = torch.empty_like(frames[:, 0], dtype=torch.float32).contiguous()
    count, pixels = moving.shape[1:]
    together = max(1, CPU_PIXELS // pixels) if clips.device.type == 'cpu' else count
    for part, found in zip(frames.split(together, 2), moving.split(together, 1), strict=True):
        _track(gmm, part.float(), found)
    return moving.view(*clips.shape[1::-1], *clips.shape[3:]).transpose(0, 1)


def _track(gmm: TemporalGMM, frames: Tensor, moving: Tensor) -> None:
    """Write what moves in frames ``(T, 3, N, H * W)`` to ``(T, N, H * W)``."""
    variance = torch.full_like(frames[0, :1], gmm.varInit)
    first = torch.cat([variance, 255 * frames[0]]).flatten(1).contiguous()
    state = Mixture(torch.ones_like(first[:1]), first, first.new_empty(0, first.shape[1], 4))
    moving[0] = 1
    for index in range(1, len(frames)):
        rate = 1 / min(2 * (index + 1), gmm.history)
        mean = state.first[1:].view(frames[0].shape)
        apart = torch.sub(mean, frames[index], alpha=255).flatten(1)
        distance = apart[0].square().addcmul_(apart[1], apart[1]).addcmul_(apart[2], apart[2])
        variances = distance / state.first[0]
        found = torch.ge(variances, gmm.varThreshold, out=moving[index].view(-1))
        rest = (variances >= gmm.varThresholdGen).nonzero()[:, 0]
        weight, shape = state.take(rest)
        data = shape[0, 1:] - apart.index_select(1, rest)
        is_moving, *updated = update(gmm, data, weight, shape, rate)
        _settle(gmm, state, apart, distance, rate)
        state.put(rest, *updated)
        found.index_copy_(0, rest, is_moving)


def _settle(gmm: TemporalGMM, state: Mixture, apart: Tensor, distance: Tensor, rate: float) -> None:
    """Update each pixel as if it belonged to its heaviest Gaussian.

    Args:
        gmm: The parameters.
        state: Changed in place.
        apart: ``(3, P)``, mean of that Gaussian less the pixel.
        distance: ``(P,)``, the square of it.
        rate: Learning rate.
    """
    owner = torch.zeros_like(state.weight[:, :1])
    owner[0] = 1
    state.weight.lerp_(owner - gmm.complexityReductionThreshold, rate)
    gain = rate / state.weight[0]
    F.threshold(state.weight[1:], rate * gmm.complexityReductionThreshold, 0.0, True)
    state.weight /= state.weight.sum(0)
    state.first[0].lerp_(distance, gain).clamp_(gmm.varMin, gmm.varMax)
    state.first[1:].addcmul_(gain, apart, value=-1)


def update(
    gmm: TemporalGMM, data: Tensor, weight: Tensor, shape: Tensor, rate: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Take one frame into the mixture of each pixel.

    Args:
        gmm: The parameters.
        data: ``(3, P)`` float RGB in [0, 255].
        weight: ``(K, P)`` float, descending.
        shape: ``(K, 4, P)`` float, variance, red, green and blue of the Gaussians.
        rate: Learning rate.

    Returns:
        ``(P,)`` float, 1 where the pixel is foreground, and the new weights and shapes, one Gaussian
        more unless K is ``gmm.nmixtures``.
    """
    count = len(weight)
    place = torch.arange(count, device=data.device)[:, None]
    distance = (shape[:, 1:] - data).square_().sum(1)
    variances = distance / shape[:, 0]
    exists = weight > 0
    near = exists & (variances < gmm.varThresholdGen)
    owner = (near.cumsum(0) == 0).sum(0)  # the heaviest that is near; count: none
    owned = owner < count
    fits = exists & (place <= owner) & (variances < gmm.varThreshold)
    weight = weight.lerp((place == owner).float() - gmm.complexityReductionThreshold, rate)
    F.threshold(weight, rate * gmm.complexityReductionThreshold, 0.0, True)
    total = weight.cumsum(0)
    fits[1:] &= total[:-1] < gmm.backgroundRatio
    # One Gaussian takes the sample: the owner, or a new one in the first free place or the last.
    state = shape.new_zeros(min(count + 1, gmm.nmixtures), 5, len(owner))
    state[:count, 0], state[:count, 1:] = weight, shape
    chosen = torch.where(owned, owner, exists.sum(0).clamp_(max=len(state) - 1))[None]
    old = state.gather(0, chosen[None].expand(1, 5, -1))[0]
    gain = rate / old[0]
    scale = torch.where(owned, 1.0, 1 - rate) / total[-1].clamp(min=1e-7)
    state[:, 0] *= scale
    old[0] *= scale
    distance = distance.gather(0, owner.clamp_(max=count - 1)[None])
    old[1:].lerp_(torch.cat([distance, data]), gain)
    old[1].clamp_(gmm.varMin, gmm.varMax)
    start = torch.where(total[-1] > 0, rate, 1.0)
    new = torch.cat([start[None], torch.full_like(distance, gmm.varInit), data])
    state.scatter_(0, chosen[None].expand(1, 5, -1), torch.where(owned, old, new)[None])
    _rise(state)
    return (~fits.any(0)).float(), state[:, 0], state[:, 1:]


def _rise(state: Tensor) -> None:
    """Let the one Gaussian that gained weight, or is new, rise to its place in ``(K, 5, P)``."""
    for low in range(len(state) - 1, 0, -1):
        upper, lower = state[low - 1], state[low]
        gap = (lower - upper) * (lower[0] >= upper[0])
        upper += gap
        lower -= gap
