"""MixStyle and Fourier mixing against NumPy, and what they leave alone."""

import numpy as np
import pytest
import torch

from wiid_plugins.ops.style import mix_amplitude, mix_style


def test_mixed_features_have_the_mixed_statistics():
    features = torch.randn(4, 3, 6, 7, generator=torch.Generator().manual_seed(0)) * 2 + 1
    share, partner = torch.tensor([1.0, 0.0, 0.3, 0.5]), torch.tensor([2, 3, 0, 1])
    mixed = mix_style(features, share, partner).double().numpy()
    x = features.double().numpy()
    mean, std = x.mean((2, 3)), x.std((2, 3), ddof=1)
    s = share.numpy()[:, None]
    assert mixed.mean((2, 3)) == pytest.approx(s * mean + (1 - s) * mean[partner], abs=1e-5)
    assert mixed.std((2, 3), ddof=1) == pytest.approx(s * std + (1 - s) * std[partner], abs=1e-5)
    assert np.abs(mixed[0] - x[0]).max() < 1e-5  # its own statistics alone


def numpy_mixed(image, other, share, reach):
    """One channel, by NumPy's FFT."""
    own, lent = np.fft.fft2(image), np.fft.fft2(other)
    rows = np.abs(np.fft.fftfreq(image.shape[0]))[:, None] <= reach / 2
    low = rows & (np.abs(np.fft.fftfreq(image.shape[1])) <= reach / 2)
    size = np.where(low, (1 - share) * np.abs(own) + share * np.abs(lent), np.abs(own))
    return np.clip(np.fft.ifft2(size * np.exp(1j * np.angle(own))).real, 0, 1)


def test_amplitudes_are_mixed_as_numpy_does():
    draw = torch.Generator().manual_seed(0)
    images, others = (
        torch.rand(2, 3, 12, 15, generator=draw),
        torch.rand(2, 3, 12, 15, generator=draw),
    )
    strength = torch.tensor([0.4, 1.0])
    mixed = mix_amplitude(images, others / 4, strength, 0.3)
    for n in range(2):
        for c in range(3):
            wanted = numpy_mixed(
                images[n, c].double().numpy(),
                others[n, c].double().numpy() / 4,
                strength[n].item(),
                0.3,
            )
            assert np.abs(mixed[n, c].numpy() - wanted).max() < 1e-5
    assert mixed[1].mean() < images[1].mean() / 2  # darker


def test_at_strength_0_nothing_changes():
    images = torch.rand(2, 3, 9, 8)
    mixed = mix_amplitude(images, torch.zeros_like(images), torch.zeros(2), 0.5)
    assert (mixed - images).abs().max() < 1e-6
