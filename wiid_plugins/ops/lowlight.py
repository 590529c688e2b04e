"""Procedural darkening and enhancement: no weights, no training, the physics of a camera."""

from dataclasses import dataclass
from math import log
from typing import NamedTuple

import torch
from torch import Tensor

from .color import linear_to_srgb, luma, srgb_to_linear
from .random import normal_like, uniform

Range = tuple[float, float]


@dataclass(frozen=True)
class DarkRanges:
    """What a dark photo is drawn from; each image gets its own draw.

    ``tools/compare_light.py`` shows how far the night views of a config are from its dark pictures.

    Args:
        exposure: Share of the light that is left, drawn log-uniformly. MAET (Cui et al., ICCV 2021,
            Sec. 3.1) draws a truncated normal around 0.1 in (0.01, 1); the default covers its bulk.
        red, blue: Gain against green (green: 1), drawn uniformly: the shift of white balance. Street
            lamps make pictures redder, dusk bluer; the ranges are this project's choice.
        veil: Share of the light that stray light spreads evenly over the picture, drawn uniformly. It
            is what leaves real dark photos flat once they are brightened; own choice.
        shot_noise: Variance per unit of light, drawn log-uniformly. Raw pixels have 1e-4 to 0.012
            (UPI, Brooks et al., CVPR 2019, Eq. 5), but pictures that a camera or a codec has
            denoised, and that are made smaller, a hundredth of it. The default spans both ends.
        read_slope, read_offset, read_spread: The log variance of the read noise is normal around
            ``read_slope * log(shot) + read_offset`` (UPI: 2.18, 1.20, 0.26).
        bits: Depths of the analogue-digital converter, one is drawn (MAET: 12, 14, 16).
    """

    exposure: Range = (0.01, 0.3)
    red: Range = (0.8, 1.25)
    blue: Range = (0.8, 1.25)
    veil: Range = (0.0, 0.2)
    shot_noise: Range = (1e-6, 1e-3)
    read_slope: float = 2.18
    read_offset: float = 1.20
    read_spread: float = 0.26
    bits: tuple[int, ...] = (12, 14, 16)

    def __post_init__(self) -> None:
        for name in ('exposure', 'red', 'blue', 'shot_noise'):
            low, high = getattr(self, name)
            if not 0 < low <= high:
                raise ValueError(
                    f'DarkRanges.{name} must be (low, high), 0 < low <= high: {low, high}'
                )


class DarkDraw(NamedTuple):
    """One draw of :class:`DarkRanges` for N images; every field is ``(N,)`` float32."""

    exposure: Tensor
    red: Tensor
    blue: Tensor
    veil: Tensor
    shot: Tensor
    read: Tensor
    levels: Tensor


def draw_darkness(
    n: int,
    ranges: DarkRanges | None = None,
    generator: torch.Generator | None = None,
    device: torch.device | str = 'cpu',
) -> DarkDraw:
    """Draw how dark and how noisy ``n`` images become."""
    ranges = ranges or DarkRanges()

    def draw(bounds: Range) -> Tensor:
        return uniform(n, bounds, generator, device)

    def draw_log(bounds: Range) -> Tensor:
        return draw((log(bounds[0]), log(bounds[1])))

    shot = draw_log(ranges.shot_noise)
    spread = normal_like(shot, generator) * ranges.read_spread
    pick = (draw((0, 1)) * len(ranges.bits)).long().clamp_max(len(ranges.bits) - 1)
    levels = torch.tensor([2.0**b - 1 for b in ranges.bits], device=device)
    return DarkDraw(
        exposure=draw_log(ranges.exposure).exp(),
        red=draw(ranges.red),
        blue=draw(ranges.blue),
        veil=draw(ranges.veil),
        shot=shot.exp(),
        read=(ranges.read_slope * shot + ranges.read_offset + spread).exp(),
        levels=levels[pick],
    )


def darken(
    images: Tensor,
    ranges: DarkRanges | None = None,
    draw: DarkDraw | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Take the photo again with little light.

    Linearise, spread stray light, scale the exposure, shift the white balance, add shot and read
    noise (Gaussian with variance ``shot * light + read``), quantise at the converter, encode to
    sRGB, round to 8 bits.

    Args:
        images: ``(N, 3, H, W)`` float RGB in [0, 1], sRGB-encoded.
        ranges: Where the draw comes from when ``draw`` is not given.
        draw: The parameters of each image.
        generator: Makes draw and noise repeatable.

    Returns:
        ``(N, 3, H, W)``, same dtype, in [0, 1], on the grid of k / 255.
    """
    if draw is None:
        draw = draw_darkness(len(images), ranges, generator, images.device)
    ones = torch.ones_like(draw.red)
    gain = draw.exposure[:, None] * torch.stack([draw.red, ones, draw.blue], 1)
    veil, shot, read, levels = (p.view(-1, 1, 1, 1) for p in draw[3:])
    light = srgb_to_linear(images.float())
    light = light.lerp(light.mean((1, 2, 3), keepdim=True), veil) * gain[:, :, None, None]
    light = light + (shot * light + read).sqrt() * normal_like(light, generator)
    light = (light.clamp(0, 1) * levels).round() / levels
    return ((linear_to_srgb(light) * 255).round() / 255).to(images.dtype)


def enhance(images: Tensor, target: float = 0.4, max_gain: float = 64.0) -> Tensor:
    """Brighten dark images with one curve each; bright ones stay as they are.

    Args:
        images: ``(N, 3, H, W)`` float RGB in [0, 1].
        target: Mean grey level aimed at.
        max_gain: Largest exponent, so that black pictures do not become noise.

    Returns:
        ``(N, 3, H, W)``, same dtype, in [0, 1].
    """
    return brighten(images, fit_exponent(images, target, max_gain))


def brighten(images: Tensor, exponent: Tensor) -> Tensor:
    """Apply the curve ``1 - (1 - x) ** a``.

    It is what n rounds of Zero-DCE's ``x + x (1 - x)`` give for ``a = 2 ** n`` (Guo et al., CVPR
    2020, Eq. 2), with a real exponent: a gain of ``a`` on the shadows that keeps 0 and 1 in place and
    does not clip.

    Args:
        images: ``(N, 3, H, W)`` float RGB in [0, 1].
        exponent: ``(N,)`` or ``(1,)`` float, ``a``.

    Returns:
        ``(N, 3, H, W)``, same dtype, in [0, 1].
    """
    shade = 1 - images.float()
    return (1 - shade ** exponent.view(-1, 1, 1, 1)).to(images.dtype)


def fit_exponent(images: Tensor, target: float = 0.4, max_gain: float = 64.0) -> Tensor:
    """Find the exponent in [1, ``max_gain``] that brings each mean grey level to ``target``.

    By bisection on a 32 x 32 sample; images ``(N, 3, H, W)`` as for :func:`enhance`, result ``(N,)``.
    """
    height, width = images.shape[-2:]
    places = torch.arange(
        32, device=images.device
    )  # nearest, in integers: exact in an ONNX graph too
    grey = luma(images.float())[:, places * height // 32]
    sample = 1 - grey[..., places * width // 32].flatten(1)
    low = torch.zeros_like(sample[:, :1])
    high = torch.full_like(low, log(max_gain))
    for _ in range(12):
        middle = (low + high) / 2
        too_dark = 1 - (sample ** middle.exp()).mean(1, keepdim=True) < target
        low, high = torch.where(too_dark, middle, low), torch.where(too_dark, high, middle)
    return torch.where(low > 0, high, low).exp().flatten()  # exactly 1 where nothing is to be done
