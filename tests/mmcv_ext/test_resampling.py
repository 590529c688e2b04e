"""CARAFE, deformable attention and the temporal shift equal their definitions."""

import numpy as np
import pytest
import torch
from mmcv.ops import carafe, carafe_naive, tin_shift
from mmcv.ops.multi_scale_deform_attn import MultiScaleDeformableAttnFunction
from torch.autograd import gradcheck

from wiid_plugins.mmcv_ext import carafe_naive_backward


def draw(*shape):
    return torch.randn(*shape, dtype=torch.float64, requires_grad=True)


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


def carafe_by_definition(features, masks, size, groups, scale):
    number, channels, height, width = features.shape
    result = np.zeros((number, channels, height * scale, width * scale))
    for n, c, y, x in np.ndindex(*result.shape):
        group = c // (channels // groups)
        for i, j in np.ndindex(size, size):
            row, column = y // scale + i - size // 2, x // scale + j - size // 2
            if 0 <= row < height and 0 <= column < width:
                weight = masks[n, (group * size + i) * size + j, y, x]
                result[n, c, y, x] += features[n, c, row, column] * weight
    return result


@pytest.mark.parametrize('operator', [carafe, carafe_naive])
def test_carafe_weighs_the_neighbourhood(operator):
    features, masks = draw(2, 4, 3, 4), draw(2, 18, 6, 8)
    found = operator(features, masks, 3, 2, 2).detach()
    wanted = carafe_by_definition(features.detach().numpy(), masks.detach().numpy(), 3, 2, 2)
    np.testing.assert_allclose(found, wanted, atol=1e-10)


def test_carafes_gradient_is_that_of_its_values():
    features, masks = draw(1, 4, 3, 4), draw(1, 18, 6, 8)
    assert gradcheck(lambda f, m: carafe(f, m, 3, 2, 2), (features, masks))
    carafe(features, masks, 3, 2, 2).sum().backward()
    plain = torch.zeros_like(features), torch.zeros_like(masks)  # mmcv asks for a GPU before it
    carafe_naive_backward(torch.ones(1, 4, 6, 8).double(), features, masks, *plain, 3, 2, 2)
    torch.testing.assert_close(plain, (features.grad, masks.grad))


def test_deformable_attention_sums_weighted_samples():
    shapes, starts = torch.tensor([[3, 4], [2, 2]]), torch.tensor([0, 12])
    value, weights = draw(2, 16, 2, 3), draw(2, 5, 2, 2, 4)
    locations = torch.rand(2, 5, 2, 2, 4, 2, dtype=torch.float64) * 1.2 - 0.1
    args = value, shapes, starts, locations.requires_grad_(), weights, 64
    found = MultiScaleDeformableAttnFunction.apply(*args)
    wanted = np.zeros((2, 5, 2, 3))
    v, x_y, w = (t.detach().numpy() for t in (value, locations, weights))
    for n, q, head, level, point in np.ndindex(2, 5, 2, 2, 4):
        height, width = shapes[level].tolist()
        image = v[n, starts[level] :, head][: height * width].reshape(height, width, 3)
        x, y = x_y[n, q, head, level, point] * [width, height] - 0.5
        for row, column in np.ndindex(height, width):
            share = max(0, 1 - abs(x - column)) * max(0, 1 - abs(y - row))
            wanted[n, q, head] += share * w[n, q, head, level, point] * image[row, column]
    np.testing.assert_allclose(found.detach(), wanted.reshape(2, 5, 6), atol=1e-10)
    assert gradcheck(MultiScaleDeformableAttnFunction.apply, args, eps=1e-7)


def test_temporal_shift_moves_groups_of_channels_and_its_gradient_back():
    clip, shift = draw(2, 4, 6, 5), torch.tensor([[1, -2, 0], [5, 0, -1]])
    wanted = torch.zeros(2, 4, 6, 5).double()
    for n, t, channel in np.ndindex(2, 4, 6):
        target = t + int(shift[n, channel // 2])
        if 0 <= target < 4:
            wanted[n, target, channel] = clip[n, t, channel]
    torch.testing.assert_close(tin_shift(clip, shift.int()), wanted)
    assert gradcheck(lambda x: tin_shift(x, shift.int()), clip)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_resampling_takes_half_precision(dtype):
    features, masks = draw(1, 4, 3, 4).to(dtype), draw(1, 18, 6, 8).to(dtype)
    wanted = carafe(features.float(), masks.float(), 3, 2, 2)
    found = carafe(features, masks, 3, 2, 2)
    assert found.dtype == dtype
    torch.testing.assert_close(found.float(), wanted, atol=5e-2, rtol=1e-2)
