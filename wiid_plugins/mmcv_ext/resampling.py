"""Operators that weigh or move what lies around: CARAFE, deformable attention, temporal shift."""

import torch
from torch import Tensor
from torch.nn import functional

from .precision import gradients


def _carafe(features: Tensor, masks: Tensor, size: int, groups: int, scale: int) -> Tensor:
    """Weigh the size x size pixels around each pixel (CARAFE, Wang et al., ICCV 2019, Eq. 2).

    Args:
        features: (N, C, H, W) float.
        masks: (N, groups * size * size, scale * H, scale * W) float, the kernel of each new pixel.
        size: Of the kernel in px, odd.
        groups: Channels of one group share a kernel.
        scale: New pixels for an old one, in each direction.

    Returns:
        (N, C, scale * H, scale * W).
    """
    number, channels, height, width = features.shape
    around = functional.unfold(features, size, padding=size // 2)
    around = around.view(number, groups, channels // groups, size * size, height, width)
    kernels = masks.view(number, groups, size * size, height, scale, width, scale)
    return torch.einsum('ngckhw,ngkhswt->ngchswt', around, kernels).reshape(
        number, channels, scale * height, scale * width
    )


def carafe_naive_forward(features, masks, output, kernel_size, group_size, scale_factor) -> None:
    """Fill `output`; arguments as for `_carafe`."""
    output.copy_(_carafe(features, masks, kernel_size, group_size, scale_factor))


def carafe_naive_backward(
    grad_output, features, masks, grad_input, grad_masks, kernel_size, group_size, scale_factor
) -> None:
    """Fill the gradients by features and masks."""
    by_features, by_masks = gradients(
        lambda f, m: _carafe(f, m, kernel_size, group_size, scale_factor),
        [features, masks],
        grad_output,
    )
    grad_input.copy_(by_features)
    grad_masks.copy_(by_masks)


def carafe_forward(features, masks, rfeatures, routput, rmasks, output, **shape) -> None:
    """Fill `output`; `rfeatures` keeps the features for the way back, `routput rmasks` nothing."""
    rfeatures.copy_(features)
    carafe_naive_forward(features, masks, output, **shape)


def carafe_backward(
    grad_output,
    rfeatures,
    masks,
    rgrad_output,
    rgrad_input_hs,
    rgrad_input,
    rgrad_masks,
    grad_input,
    grad_masks,
    **shape,
) -> None:
    """Fill the gradients by features and masks; what begins with rgrad is mmcv's scratch space."""
    carafe_naive_backward(grad_output, rfeatures, masks, grad_input, grad_masks, **shape)


def _attention(value: Tensor, shapes: Tensor, locations: Tensor, weights: Tensor) -> Tensor:
    """Run the multi-scale deformable attention that mmcv has in plain torch."""
    from mmcv.ops.multi_scale_deform_attn import multi_scale_deformable_attn_pytorch

    return multi_scale_deformable_attn_pytorch(value, shapes.tolist(), locations, weights)


def ms_deform_attn_forward(value, shapes, starts, locations, weights, im2col_step) -> Tensor:
    """Give multi-scale deformable attention (Zhu et al., ICLR 2021).

    Args:
        value: (N, keys, heads, channels) float.
        shapes: (levels, 2) int64, height and width of each level.
        starts: First key of each level, which `shapes` tells as well.
        locations: (N, queries, heads, levels, points, 2) float, x and y in [0, 1].
        weights: (N, queries, heads, levels, points) float.
        im2col_step: Of mmcv's kernel, not needed.

    Returns:
        (N, queries, heads * channels).
    """
    return _attention(value, shapes, locations, weights)


def ms_deform_attn_backward(
    value,
    shapes,
    starts,
    locations,
    weights,
    grad_output,
    grad_value,
    grad_locations,
    grad_weights,
    im2col_step,
) -> None:
    """Fill the gradients by value, locations and weights."""
    found = gradients(
        lambda v, x, w: _attention(v, shapes, x, w), [value, locations, weights], grad_output
    )
    for target, gradient in zip((grad_value, grad_locations, grad_weights), found, strict=True):
        target.copy_(gradient)


def tin_shift_forward(input: Tensor, shift: Tensor, output: Tensor) -> None:
    """Move groups of channels along time (TIN, Shao et al., AAAI 2020).

    Args:
        input: (N, T, C, S) float.
        shift: (N, groups) int, frames by which each group moves on.
        output: (N, T, C, S), filled; frames that nothing moves to are 0.
    """
    time, channels = input.shape[1:3]
    moved = shift.long().repeat_interleave(channels // shift.size(1), 1)[:, None]
    source = torch.arange(time, device=input.device)[None, :, None] - moved
    there = (source >= 0) & (source < time)
    index = source.clamp(0, time - 1)[..., None].expand_as(input)
    output.copy_(input.gather(1, index) * there[..., None])


def tin_shift_backward(grad_output: Tensor, shift: Tensor, grad_input: Tensor) -> None:
    """Fill the gradient by the input: what moved on moves back.

    mmcv's kernel moves it on once more, which is the gradient for a shift of 0 alone.
    """
    tin_shift_forward(grad_output, -shift, grad_input)
