"""What the light of a picture looks like, in a few numbers."""

import torch
from torch import Tensor

from .color import luma, srgb_to_linear


def appearance(images: Tensor) -> dict[str, Tensor]:
    """Measure light, each measure ``(N,)`` float32; images ``(N, 3, H, W)`` float RGB in [0, 1].

    * ``red``, ``blue``: mean linear light of the channel over that of green.
    * ``darkest``: grey level below which a hundredth of the picture lies; stray light lifts it.
    * ``contrast``: standard deviation of the grey levels.
    * ``noise``: share of the grey picture's spectral energy, its mean left out, above two thirds of
      the Nyquist frequency, where pictures hold little and white noise half of its own.
    """
    images = images.float()
    light = srgb_to_linear(images).mean((2, 3)).clamp_min(1e-6)
    gray = luma(images)
    return dict(
        red=light[:, 0] / light[:, 1],
        blue=light[:, 2] / light[:, 1],
        darkest=gray.flatten(1).quantile(0.01, dim=1),
        contrast=gray.flatten(1).std(1, correction=0),
        noise=_fine_energy(gray),
    )


def _fine_energy(gray: Tensor) -> Tensor:
    height, width = gray.shape[1:]
    window = [torch.hann_window(n, periodic=False, device=gray.device) for n in (height, width)]
    centred = gray - gray.mean((1, 2), keepdim=True)
    energy = torch.fft.fft2(centred * window[0][:, None] * window[1]).abs().square()
    rows, columns = (torch.fft.fftfreq(n, device=gray.device) for n in (height, width))
    fine = (rows.square()[:, None] + columns.square()).sqrt() >= 1 / 3
    return (energy * fine).sum((1, 2)) / energy.sum((1, 2)).clamp_min(1e-12)
