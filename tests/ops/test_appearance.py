"""Each measure of light sees what it is for, and not the rest."""

import numpy as np
import pytest
import torch

from pictures import draw_picture, rgb_unit, seeded
from wiid_plugins.ops.appearance import appearance
from wiid_plugins.ops.color import linear_to_srgb, srgb_to_linear

SIZES = [(48, 48), (37, 60), (20, 17)]


def pictures(height=48, width=48):
    return rgb_unit(*(draw_picture(height, width, seed=s) for s in range(4))) * 0.8


@pytest.mark.parametrize('size', SIZES)
def test_equals_the_definitions_in_numpy(size):
    images = pictures(*size)
    found = appearance(images)
    for i, picture in enumerate(images.double().numpy()):
        light = np.where(picture <= 0.04045, picture / 12.92, ((picture + 0.055) / 1.055) ** 2.4)
        red, green, blue = light.mean((1, 2))
        gray = np.tensordot([0.299, 0.587, 0.114], picture, 1)
        window = np.hanning(size[0])[:, None] * np.hanning(size[1])
        energy = np.abs(np.fft.fft2((gray - gray.mean()) * window)) ** 2
        radius = np.hypot(np.fft.fftfreq(size[0])[:, None], np.fft.fftfreq(size[1]))
        expected = dict(
            red=red / green,
            blue=blue / green,
            darkest=np.quantile(gray, 0.01),
            contrast=gray.std(),
            noise=energy[radius >= 1 / 3].sum() / energy.sum(),
        )
        assert set(found) == set(expected)
        for name, value in expected.items():
            assert float(found[name][i]) == pytest.approx(value, rel=1e-3, abs=1e-5)


def test_noise_is_seen_as_noise_and_a_tint_as_a_tint():
    images = pictures()
    noisy = appearance((images + 0.05 * torch.randn(images.shape, generator=seeded())).clamp(0, 1))
    light = srgb_to_linear(images) * torch.tensor([1.0, 1.0, 1.3]).view(3, 1, 1)
    blue, plain = appearance(linear_to_srgb(light)), appearance(images)
    assert (noisy['noise'] > 2 * plain['noise']).all()
    torch.testing.assert_close(blue['blue'], plain['blue'] * 1.3)
    torch.testing.assert_close(blue['red'], plain['red'])


def test_stray_light_lifts_the_darkest_and_takes_contrast():
    images = pictures()
    veiled, plain = appearance(images * 0.7 + 0.2), appearance(images)
    torch.testing.assert_close(veiled['contrast'], plain['contrast'] * 0.7)
    torch.testing.assert_close(veiled['darkest'], plain['darkest'] * 0.7 + 0.2)
    torch.testing.assert_close(veiled['noise'], plain['noise'], rtol=1e-3, atol=1e-6)


def test_a_flat_picture_has_no_noise():
    found = appearance(torch.full((1, 3, 16, 16), 0.5))
    assert found['noise'].isfinite().all() and found['contrast'].abs().max() < 1e-6
