"""Temporal Gaussian mixture: which pixels of a clip move against their background."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor


class Gaussian(NamedTuple):
    """One Gaussian of each of P pixels, all ``(P,)`` float; its weight is 0 where there is none."""

    weight: Tensor
    variance: Tensor
    red: Tensor
    green: Tensor
    blue: Tensor


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

    def __post_init__(self):
        if self.nmixtures < 2 or self.history < 1:
            raise ValueError(
                f'TemporalGMM: nmixtures is 2 or more and history 1 or more, got {self.nmixtures} '
                f'and {self.history}'
            )


def foreground(clips: Tensor, **parameters) -> Tensor:
    """Find what moves in clips: what the mixture of its pixel does not explain.

    Most pixels have one Gaussian only and belong to it. They are updated all at once, the others
    in a batch of their own.

    Args:
        clips: ``(N, T, 3, H, W)`` float RGB in [0, 1].
        **parameters: Of :class:`TemporalGMM`.

    Returns:
        ``(N, T, H, W)`` float, 1 where a pixel is foreground, else 0. All of the first frame is
        foreground: nothing was learned before it.

    Source: Zivkovic, ICPR 2004, Eq. 4 to 11; Zivkovic and van der Heijden, PRL 2006.
    """
    gmm = TemporalGMM(**parameters)
    count, frames, _, height, width = clips.shape
    pixels = clips.float().permute(1, 2, 0, 3, 4).reshape(frames, 3, -1) * 255
    one = torch.ones_like(pixels[0, :1])
    first = torch.cat([one, gmm.varInit * one, pixels[0]])
    others = one.new_zeros(one.shape[1], 5 * (gmm.nmixtures - 1))  # rows: gathered pixel by pixel
    alone = one[0].bool()
    masks = [alone.clone()]
    for index, data in enumerate(pixels[1:], start=2):
        rate = 1 / min(2 * index, gmm.history)
        moving, settled = _settle(gmm, first, alone, data, rate)
        rest = (~settled).nonzero()[:, 0]
        state = torch.cat([first[:, rest], others[rest].T.contiguous()]).split(5)
        state = [Gaussian(*gaussian) for gaussian in state]
        moving[rest], state = update(gmm, data[:, rest].unbind(), state, rate)
        first[:, rest] = torch.stack(state[0])
        others[rest] = torch.stack([value for gaussian in state[1:] for value in gaussian], 1)
        alone[rest] = state[1].weight <= 0
        masks.append(moving)
    return torch.stack(masks).view(frames, count, height, width).transpose(0, 1).float()


def _settle(
    gmm: TemporalGMM, first: Tensor, alone: Tensor, data: Tensor, rate: float
) -> tuple[Tensor, Tensor]:
    """Update, in place, the pixels that have one Gaussian only and belong to it.

    Returns:
        ``(P,)`` bool each: where these pixels are foreground, and which pixels they are.
    """
    apart = data - first[2:]
    distance = apart.square().sum(0)
    settled = alone & (distance < gmm.varThresholdGen * first[1])
    moving = distance >= gmm.varThreshold * first[1]
    gain = settled * (rate / (1 - rate * gmm.complexityReductionThreshold))
    first[1] += gain * (distance - first[1])
    first[1].clamp_(gmm.varMin, gmm.varMax)
    first[2:] += gain * apart
    return moving, settled


def update(
    gmm: TemporalGMM, data: Sequence[Tensor], state: Sequence[Gaussian], rate: float
) -> tuple[Tensor, list[Gaussian]]:
    """Take one frame into the mixture of each pixel.

    Args:
        gmm: The parameters.
        data: Red, green and blue of the frame, each ``(P,)`` float in [0, 255].
        state: Gaussians by descending weight.
        rate: Learning rate.

    Returns:
        ``(P,)`` bool, True where the pixel is foreground, and the new state.
    """
    prune = rate * gmm.complexityReductionThreshold
    owned = background = torch.zeros_like(data[0], dtype=torch.bool)
    total = torch.zeros_like(data[0])
    updated = []
    for g in state:
        apart = [mean - value for mean, value in zip(g[2:], data, strict=True)]
        distance = sum(a * a for a in apart)
        asked = (g.weight > 0) & ~owned
        fits = (total < gmm.backgroundRatio) & (distance < gmm.varThreshold * g.variance)
        background = background | (asked & fits)
        owner = asked & (distance < gmm.varThresholdGen * g.variance)
        owned = owned | owner
        weight = (1 - rate) * g.weight - prune + rate * owner
        weight = torch.where(weight < prune, 0.0, weight)
        gain = torch.where(owner, rate / weight, 0.0)
        variance = (g.variance + gain * (distance - g.variance)).clamp(gmm.varMin, gmm.varMax)
        mean = [mean - gain * a for mean, a in zip(g[2:], apart, strict=True)]
        updated.append(Gaussian(weight, variance, *mean))
        total = total + weight
    scale = torch.where(total > 0, 1 / total, 0.0) * torch.where(owned, 1.0, 1 - rate)
    updated = [g._replace(weight=g.weight * scale) for g in updated]
    return ~background, _sorted(_start(gmm, updated, ~owned, data, rate))


def _start(
    gmm: TemporalGMM, state: list[Gaussian], new: Tensor, data: Sequence[Tensor], rate: float
) -> list[Gaussian]:
    """Start a Gaussian where no other fitted: in the first free place, or instead of the lightest."""
    result, full = [], torch.ones_like(new)
    for place, g in enumerate(state):
        free = g.weight <= 0
        slot = new & full & (free if place < len(state) - 1 else True)
        full = full & ~free
        weight = rate if place else torch.where(free, 1.0, rate)
        fresh = (weight, gmm.varInit, *data)
        chosen = (torch.where(slot, f, old) for f, old in zip(fresh, g, strict=True))
        result.append(Gaussian(*chosen))
    return result


def _sorted(state: list[Gaussian]) -> list[Gaussian]:
    """Let the one Gaussian that gained weight, or is new, rise to its place."""
    state = list(state)
    for low in range(len(state) - 1, 0, -1):
        upper, lower = state[low - 1], state[low]
        rise = lower.weight >= upper.weight
        pairs = list(zip(upper, lower, strict=True))
        state[low - 1] = Gaussian(*(torch.where(rise, b, a) for a, b in pairs))
        state[low] = Gaussian(*(torch.where(rise, a, b) for a, b in pairs))
    return state
