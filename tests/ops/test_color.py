"""Colour conversions against the standards, written out in NumPy."""

import cv2
import numpy as np
import torch

from pictures import draw_picture, rgb_unit
from wiid_plugins.ops.color import linear_to_srgb, luma, srgb_to_linear

RAMP = np.linspace(0, 1, 4097)


def iec_decode(x):
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


def iec_encode(x):
    return np.where(x <= 0.0031308, x * 12.92, 1.055 * x ** (1 / 2.4) - 0.055)


def test_decoding_is_the_iec_formula():
    got = srgb_to_linear(torch.from_numpy(RAMP)).numpy()
    np.testing.assert_allclose(got, iec_decode(RAMP), rtol=0, atol=1e-12)


def test_encoding_is_the_iec_formula():
    got = linear_to_srgb(torch.from_numpy(RAMP)).numpy()
    np.testing.assert_allclose(got, iec_encode(RAMP), rtol=0, atol=1e-12)


def test_encoding_undoes_decoding_in_float32():
    ramp = torch.from_numpy(RAMP).float()
    torch.testing.assert_close(linear_to_srgb(srgb_to_linear(ramp)), ramp, rtol=0, atol=1e-6)
    torch.testing.assert_close(srgb_to_linear(linear_to_srgb(ramp)), ramp, rtol=0, atol=1e-6)


def test_gradients_stay_finite_at_black_and_white():
    for function in (srgb_to_linear, linear_to_srgb):
        x = torch.tensor([0.0, 0.001, 1.0], requires_grad=True)
        function(x).sum().backward()
        assert x.grad.isfinite().all() and (x.grad > 0).all()


def test_luma_is_opencvs_grey_up_to_its_rounding():
    picture = draw_picture()
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    got = luma(rgb_unit(picture))[0].numpy() * 255
    assert np.abs(got - grey).max() <= 0.51


def test_luma_takes_any_leading_axes_and_keeps_grey_and_white():
    clip = torch.full((2, 5, 3, 4, 6), 0.25)
    assert luma(clip).shape == (2, 5, 4, 6)
    torch.testing.assert_close(luma(clip), clip[:, :, 0])
    weights = torch.stack([luma(basis.view(3, 1, 1))[0, 0] for basis in torch.eye(3)])
    torch.testing.assert_close(weights, torch.tensor([0.299, 0.587, 0.114]))
