"""Spectral-residual saliency: where a picture differs from what its spectrum predicts."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from .color import luma
from .random import uniform
from .regions import most_salient

_BLUR_SIZE, _BLUR_SIGMA = 5, 8.0
_MAX_LOG = 30.0  # keeps the square of a spectrum of one line within float32


def spectral_residual(images: Tensor, size: int = 64) -> Tensor:
    """Saliency map of each image, equal to OpenCV's ``StaticSaliencySpectralResidual``.

    The log amplitude spectrum of the grey picture at ``size`` x ``size`` minus its 3x3 mean is the
    residual; with the original phase it goes back to the image plane, is blurred and squared.

    Args:
        images: ``(N, 3, H, W)`` float RGB in [0, 1].
        size: Side of the analysed picture, pixels.

    Returns:
        ``(N, H, W)`` float32 in [0, 1]; the maximum of each map at ``size`` resolution is 1. A
        picture without any structure gives an even map.

    Raises:
        ValueError: If ``images`` is not ``(N, 3, H, W)`` floating point.

    Source: Hou & Zhang, CVPR 2007, Eq. 7-10.
    """
    if images.ndim != 4 or images.shape[1] != 3 or not images.is_floating_point():
        raise ValueError(
            f'spectral_residual takes (N, 3, H, W) float, got {tuple(images.shape)} {images.dtype}'
        )
    with torch.autocast(images.device.type, enabled=False):
        gray = luma(images.float())[:, None]
        # Rounded to 8 bits, halves up, as OpenCV does; it keeps float rounding out of flat pictures.
        small = (_resize((gray * 255).round(), (size, size)) + 0.5).floor()
        spectrum = torch.fft.fft2(small)
        amplitude = spectrum.abs()
        log_amplitude = amplitude.clamp_min(torch.finfo(torch.float32).tiny).log()
        smooth = F.avg_pool2d(F.pad(log_amplitude, (1, 1, 1, 1), mode='reflect'), 3, 1)
        # What is not in the picture stays out: a flat one has nothing but its mean.
        gain = torch.where(amplitude > 0, (log_amplitude - smooth).clamp_max(_MAX_LOG), -torch.inf)
        residual = torch.polar(gain.exp(), spectrum.angle())
        saliency = _blur(torch.fft.ifft2(residual).abs()).square()
        saliency = saliency / saliency.amax((-2, -1), keepdim=True).clamp_min(1e-20)
        return _resize(saliency, images.shape[-2:]).squeeze(1)


def _resize(maps: Tensor, size: Sequence[int]) -> Tensor:
    return F.interpolate(maps, size=tuple(size), mode='bilinear', align_corners=False)


def _blur(maps: Tensor) -> Tensor:
    offsets = torch.arange(_BLUR_SIZE, device=maps.device) - _BLUR_SIZE // 2
    kernel = torch.exp(-offsets.square() / (2 * _BLUR_SIGMA**2))
    kernel = kernel / kernel.sum()
    maps = F.pad(maps, (_BLUR_SIZE // 2,) * 4, mode='reflect')
    return F.conv2d(F.conv2d(maps, kernel.view(1, 1, 1, -1)), kernel.view(1, 1, -1, 1))


@dataclass(frozen=True)
class SaliencyTarget:
    """Take the most salient part of each picture as its target.

    Args:
        keep: Share of the pixels that is target, drawn uniformly from (low, high) per image. The
            published ratio 0.4 to 0.5 is the share that is cut away.
        size: Of :func:`spectral_residual`; smaller finds larger structure.
        center: Standard deviation of a Gaussian around the middle of the picture, share of each side,
            that the map is weighed by; None: all places count alike. Who takes a picture of a thing
            puts it in the middle (Judd et al., ICCV 2009), and busy ground is as salient as the thing.
    """

    keep: tuple[float, float] = (0.5, 0.6)
    size: int = 64
    center: float | None = None

    def __call__(self, images: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Mark the target: ``(N, 3, H, W)`` float RGB in [0, 1] -> ``(N, H, W)`` bool."""
        keep = uniform(len(images), self.keep, generator, images.device)
        saliency = spectral_residual(images, self.size)
        if self.center is not None:
            saliency = saliency * _around_center(saliency, self.center)
        return most_salient(saliency, keep)


def _around_center(maps: Tensor, sigma: float) -> Tensor:
    """Gaussian ``(H, W)`` around the middle of maps ``(N, H, W)``."""
    rows, columns = (
        torch.exp(-(torch.linspace(-0.5, 0.5, n, device=maps.device) / sigma).square() / 2)
        for n in maps.shape[1:]
    )
    return rows[:, None] * columns
