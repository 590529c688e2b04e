"""Styles of features and of images: MixStyle, and mixing of Fourier amplitudes."""

import torch
from torch import Tensor


def mix_style(features: Tensor, share: Tensor, partner: Tensor) -> Tensor:
    """Mix mean and deviation of each channel with those of another sample.

    Args:
        features: ``(B, C, *)``, with one or more axes of space behind.
        share: ``(B,)`` in [0, 1], of the sample's own statistics.
        partner: ``(B,)`` int64, which sample lends its statistics.

    Returns:
        Same shape; no gradient goes through the statistics.

    Source: Zhou et al., ICLR 2021 (MixStyle, Eq. 4 to 6).
    """
    space = tuple(range(2, features.ndim))
    mean = features.mean(space, keepdim=True).detach()
    deviation = (features.var(space, keepdim=True) + 1e-6).sqrt().detach()
    share = share.view(-1, *[1] * (features.ndim - 1)).to(features)
    new_mean = share * mean + (1 - share) * mean[partner]
    new_deviation = share * deviation + (1 - share) * deviation[partner]
    return (features - mean) / deviation * new_deviation + new_mean


def mix_amplitude(images: Tensor, others: Tensor, strength: Tensor, reach: float) -> Tensor:
    """Mix the amplitude of low spatial frequencies with that of other images; the phase stays.

    Args:
        images: ``(N, 3, H, W)`` float in [0, 1].
        others: The same shape.
        strength: ``(N,)`` in [0, 1]; 0: nothing changes, 1: the amplitude is that of the other.
        reach: Up to which share of the image's sides, in frequencies, it goes.

    Returns:
        ``(N, 3, H, W)``, in [0, 1].

    Source: Yang & Soatto, CVPR 2020 (FDA, Eq. 1 and 2); Xu et al., CVPR 2021.
    """
    height, width = images.shape[-2:]
    own, lent = torch.fft.fft2(images.float()), torch.fft.fft2(others.float())
    rows = torch.fft.fftfreq(height, device=images.device).abs()[:, None]
    columns = torch.fft.fftfreq(width, device=images.device).abs()
    low = (rows <= reach / 2) & (columns <= reach / 2)
    share = strength.view(-1, 1, 1, 1).to(own.real) * low
    amplitude = own.abs().lerp(lent.abs(), share)
    mixed = torch.fft.ifft2(torch.polar(amplitude, own.angle())).real
    return mixed.clamp(0, 1).to(images.dtype)
