"""Deformable and masked convolutions equal what they are built from."""

import pytest
import torch
from mmcv.ops import MaskedConv2d, deform_conv2d, modulated_deform_conv2d
from torch.autograd import gradcheck
from torch.nn import functional


def draw(*shape, scale=1.0):
    return (torch.randn(*shape, dtype=torch.float64) * scale).requires_grad_()


@pytest.fixture
def tensors():
    torch.manual_seed(0)
    offset = draw(2, 2 * 2 * 9, 4, 3, scale=0.7)  # two groups of offsets
    return draw(2, 4, 7, 5), offset, draw(6, 2, 3, 3), torch.rand_like(offset[:, ::2])


def sampled(image, offset, mask, weight, stride, padding, groups, deform_groups):
    """The definition: sample with `grid_sample` at each tap of the kernel, weigh, sum."""
    height, width = image.shape[2:]
    rows, columns = offset.shape[2:]
    taps = offset.view(len(image), deform_groups, 9, 2, rows, columns)
    around = []
    for tap in range(9):
        y = torch.arange(rows)[:, None] * stride - padding + tap // 3
        x = torch.arange(columns) * stride - padding + tap % 3
        parts = []
        for group, part in enumerate(image.chunk(deform_groups, 1)):
            where = torch.stack([x + taps[:, group, tap, 1], y + taps[:, group, tap, 0]], -1)
            where = (where * 2 + 1) / torch.tensor([width, height]) - 1
            value = functional.grid_sample(part, where, align_corners=False)
            parts.append(value * mask[:, group * 9 + tap, None])
        around.append(torch.cat(parts, 1))
    around = torch.stack(around, 2).flatten(1, 2)  # channels, then taps, as `unfold` has them
    return functional.conv2d(around, weight.reshape(len(weight), -1, 1, 1), groups=groups)


def test_deformable_convolution_samples_at_its_offsets(tensors):
    image, offset, weight, _ = tensors
    args = 2, 1, 1, 2, 2  # stride, padding, dilation, groups, groups of offsets
    found = deform_conv2d(image, offset, weight, *args)
    wanted = sampled(image, offset, torch.ones_like(offset[:, ::2]), weight, 2, 1, 2, 2)
    torch.testing.assert_close(found, wanted, atol=1e-10, rtol=0)
    assert gradcheck(lambda *t: deform_conv2d(*t, *args), (image, offset, weight))


@pytest.mark.parametrize('with_bias', [True, False])
def test_modulated_convolution_weighs_its_samples(tensors, with_bias):
    image, offset, weight, mask = tensors
    bias = draw(6) if with_bias else None
    args = 2, 1, 1, 2, 2
    found = modulated_deform_conv2d(image, offset, mask, weight, bias, *args)
    wanted = sampled(image, offset, mask, weight, 2, 1, 2, 2)
    wanted = wanted + (bias[:, None, None] if with_bias else 0)
    torch.testing.assert_close(found, wanted, atol=1e-10, rtol=0)
    leaves = (image, offset, mask.clone().requires_grad_(), weight, bias)
    assert gradcheck(lambda *t: modulated_deform_conv2d(*t, *args), leaves)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_deformable_convolutions_take_half_precision(tensors, dtype):
    image, offset, weight, mask = (t.detach().to(dtype) for t in tensors)
    args, whole = (2, 1, 1, 2, 2), [t.float() for t in (image, offset, weight, mask)]
    weight.requires_grad_()
    found = deform_conv2d(image, offset, weight, *args)
    found.sum().backward()
    assert found.dtype == weight.grad.dtype == dtype
    wanted = deform_conv2d(*whole[:3], *args)
    torch.testing.assert_close(found.float(), wanted, atol=2e-2, rtol=1e-2)
    found = modulated_deform_conv2d(image, offset, mask, weight, None, *args)
    wanted = modulated_deform_conv2d(whole[0], whole[1], whole[3], whole[2], None, *args)
    torch.testing.assert_close(found.float(), wanted, atol=2e-2, rtol=1e-2)


def test_masked_convolution_is_the_convolution_where_the_mask_is_on():
    torch.manual_seed(0)
    layer, features = MaskedConv2d(3, 4, 3, padding=1), torch.randn(1, 3, 6, 7)
    mask = torch.rand(1, 6, 7) > 0.5
    wanted = functional.conv2d(features, layer.weight, layer.bias, padding=1) * mask
    torch.testing.assert_close(layer(features, mask), wanted)
