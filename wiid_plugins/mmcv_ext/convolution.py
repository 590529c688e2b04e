"""Deformable (Dai et al., ICCV 2017; Zhu et al., CVPR 2019) and masked convolutions."""

import torch
from torch import Tensor

from .precision import widen


def _forward(input, weight, offset, mask, bias, *geometry) -> Tensor:
    tensors = [widen(t) for t in (input, weight, offset, mask, bias)]
    return torch.ops.torchvision.deform_conv2d(*tensors, *geometry)


def _backward(grad_output, input, weight, offset, mask, bias, *geometry) -> tuple[Tensor, ...]:
    """Give the gradients by input, weight, offset, mask and bias."""
    tensors = [widen(t) for t in (grad_output, input, weight, offset, mask, bias)]
    return torch.ops.torchvision._deform_conv2d_backward(*tensors, *geometry)


def _plain(input, weight, step: dict) -> tuple:
    """Mask, bias and geometry of a deformable convolution that has neither mask nor bias."""
    return (
        (input.new_zeros(len(input), 1), input.new_zeros(len(weight))),
        (
            *(step['dH'], step['dW'], step['padH'], step['padW']),
            *(step['dilationH'], step['dilationW']),
            *(step['group'], step['deformable_group'], False),
        ),
    )


def deform_conv_forward(input, weight, offset, output, columns, ones, **step) -> None:
    """Fill `output` (N, O, H', W') with a deformable convolution.

    Args:
        input: (N, C, H, W) float.
        weight: (O, C / group, kH, kW) float.
        offset: (N, 2 * deformable_group * kH * kW, H', W') float, dy and dx in px of the input.
        output: Filled.
        columns: mmcv's scratch space, not used.
        ones: Scratch space as well.
        **step: mmcv's stride ``dH dW``, ``padH padW``, ``dilationH dilationW``, ``group``,
            ``deformable_group``; ``kH kW im2col_step`` are not needed.
    """
    extra, geometry = _plain(input, weight, step)
    output.copy_(_forward(input, weight, offset, *extra, *geometry))


def deform_conv_backward_input(
    input, offset, grad_output, grad_input, grad_offset, weight, columns, **step
) -> None:
    """Fill the gradients by input and offset; arguments as for `deform_conv_forward`."""
    extra, geometry = _plain(input, weight, step)
    by_input, _, by_offset, _, _ = _backward(grad_output, input, weight, offset, *extra, *geometry)
    grad_input.copy_(by_input)
    grad_offset.copy_(by_offset)


def deform_conv_backward_parameters(
    input, offset, grad_output, grad_weight, columns, ones, scale, **step
) -> None:
    """Add `scale` times the gradient by the weight to `grad_weight`."""
    extra, geometry = _plain(input, grad_weight, step)
    by_weight = _backward(grad_output, input, grad_weight, offset, *extra, *geometry)[1]
    grad_weight.add_(by_weight.to(grad_weight.dtype), alpha=scale)


def _modulated(input, weight, bias, step: dict) -> tuple:
    """Bias and geometry of a modulated deformable convolution."""
    return (
        bias if step['with_bias'] else input.new_zeros(len(weight)),
        (
            *(step['stride_h'], step['stride_w'], step['pad_h'], step['pad_w']),
            *(step['dilation_h'], step['dilation_w']),
            *(step['group'], step['deformable_group'], True),
        ),
    )


def modulated_deform_conv_forward(
    input, weight, bias, ones, offset, mask, output, columns, **step
) -> None:
    """Fill `output` (N, O, H', W') with a modulated deformable convolution.

    Args:
        input: (N, C, H, W) float.
        weight: (O, C / group, kH, kW) float.
        bias: (O,) float; without `with_bias` not used.
        ones: mmcv's scratch space, not used.
        offset: (N, 2 * deformable_group * kH * kW, H', W') float, dy and dx in px of the input.
        mask: (N, deformable_group * kH * kW, H', W') float, factor of each sample.
        output: Filled.
        columns: Scratch space as well.
        **step: mmcv's ``stride_h stride_w pad_h pad_w dilation_h dilation_w group deformable_group
            with_bias``; ``kernel_h kernel_w`` are not needed.
    """
    bias, geometry = _modulated(input, weight, bias, step)
    output.copy_(_forward(input, weight, offset, mask, bias, *geometry))


def modulated_deform_conv_backward(
    input,
    weight,
    bias,
    ones,
    offset,
    mask,
    columns,
    grad_input,
    grad_weight,
    grad_bias,
    grad_offset,
    grad_mask,
    grad_output,
    **step,
) -> None:
    """Fill all gradients; arguments as for `modulated_deform_conv_forward`."""
    used, geometry = _modulated(input, weight, bias, step)
    found = _backward(grad_output, input, weight, offset, mask, used, *geometry)
    wanted = [grad_input, grad_weight, grad_offset, grad_mask]
    for target, value in zip(wanted, found[:4], strict=True):
        target.copy_(value)
    if step['with_bias']:
        grad_bias.copy_(found[4])


def masked_im2col_forward(
    features, rows, columns, patches, kernel_h, kernel_w, pad_h, pad_w
) -> None:
    """Fill `patches` (C * kernel_h * kernel_w, M) with what a kernel sees at M places.

    Args:
        features: (1, C, H, W) float.
        rows: (M,) int64, places in the output.
        columns: (M,) int64.
        patches: Filled.
        kernel_h: Height of the kernel in px.
        kernel_w: Width of the kernel.
        pad_h: Rows of zeros above and below.
        pad_w: Columns of zeros at the sides.
    """
    padded = torch.nn.functional.pad(features[0], (pad_w, pad_w, pad_h, pad_h))
    y = rows + torch.arange(kernel_h, device=rows.device)[:, None, None]
    x = columns + torch.arange(kernel_w, device=rows.device)[:, None]
    patches.copy_(padded[:, y, x].reshape(patches.shape))


def masked_col2im_forward(values, rows, columns, output, height, width, channels) -> None:
    """Write `values` (C, M) to the M places of `output` (1, C, H, W); the rest stays."""
    output[0, :, rows, columns] = values
