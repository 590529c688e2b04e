"""Features of regions: RoIAlign (He et al., ICCV 2017) and RoIPool (Girshick, ICCV 2015)."""

import torch
from torch import Tensor

from .precision import widen
from .refusal import refuse


def roi_align_forward(
    features: Tensor,
    rois: Tensor,
    output: Tensor,
    argmax_y: Tensor,
    argmax_x: Tensor,
    aligned_height: int,
    aligned_width: int,
    spatial_scale: float,
    sampling_ratio: int,
    pool_mode: int,
    aligned: bool,
) -> None:
    """Fill `output` (R, C, aligned_height, aligned_width) with averages of sampled points.

    Args:
        features: (N, C, H, W) float.
        rois: (R, 5) float: image, left, top, right, bottom in px of the image.
        output: Filled.
        argmax_y: Of max pooling, not used.
        argmax_x: Of max pooling, not used.
        aligned_height: Rows of the output.
        aligned_width: Columns of the output.
        spatial_scale: Pixels of the features for one of the image.
        sampling_ratio: Points a cell and direction; 0 takes as many as there are pixels.
        pool_mode: 1 for the average; 0, the maximum, is not to be had.
        aligned: Whether a pixel's value lies at its middle.

    Raises:
        NotImplementedError: For max pooling.
    """
    if pool_mode != 1:
        refuse('roi_align', " with pool_mode='max'")()
    features = widen(features)
    output.copy_(
        torch.ops.torchvision.roi_align(
            features,
            rois.to(features.dtype),
            spatial_scale,
            aligned_height,
            aligned_width,
            sampling_ratio,
            aligned,
        )
    )


def roi_align_backward(
    grad_output: Tensor,
    rois: Tensor,
    argmax_y: Tensor,
    argmax_x: Tensor,
    grad_input: Tensor,
    aligned_height: int,
    aligned_width: int,
    spatial_scale: float,
    sampling_ratio: int,
    pool_mode: int,
    aligned: bool,
) -> None:
    """Fill `grad_input` (N, C, H, W); arguments as for `roi_align_forward`."""
    grad_output = widen(grad_output)
    grad_input.copy_(
        torch.ops.torchvision._roi_align_backward(
            grad_output,
            rois.to(grad_output.dtype),
            spatial_scale,
            aligned_height,
            aligned_width,
            *grad_input.shape,
            sampling_ratio,
            aligned,
        )
    )


def roi_pool_forward(
    features: Tensor,
    rois: Tensor,
    output: Tensor,
    argmax: Tensor,
    pooled_height: int,
    pooled_width: int,
    spatial_scale: float,
) -> None:
    """Fill `output` (R, C, pooled_height, pooled_width) with the maximum of each cell.

    torchvision's RoIPool rounds regions to whole pixels first, mmcv's does not; hence plain torch.

    Args:
        features: (N, C, H, W) float.
        rois: (R, 5) float: image, left, top, right, bottom in px of the image, both ends inside.
        output: Filled; an empty cell is 0.
        argmax: (R, C, pooled_height, pooled_width) int32, filled with the place of each maximum in
            H * W; -1 in an empty cell.
        pooled_height: Rows of the output.
        pooled_width: Columns of the output.
        spatial_scale: Pixels of the features for one of the image.
    """
    height, width = features.shape[2:]
    low, high = rois[:, 1:3] * spatial_scale, (rois[:, 3:] + 1) * spatial_scale
    columns = _cells(low[:, 0], high[:, 0], pooled_width, width)
    rows = _cells(low[:, 1], high[:, 1], pooled_height, height)
    for number, image in enumerate(rois[:, 0].long()):
        # Along the rows of pixels first, (C, H, pooled_width), then across them.
        value, column = _masked_max(features[image][:, :, None], columns[number])
        value, row = _masked_max(value.transpose(1, 2)[:, None], rows[number, :, None])
        empty = value == -torch.inf
        output[number] = value.masked_fill(empty, 0)
        argmax[number] = (row * width + column.gather(1, row)).masked_fill(empty, -1)


def _cells(low: Tensor, high: Tensor, number: int, size: int) -> Tensor:
    """Tell which of `size` pixels lie in each of `number` cells of each region: (R, number, size)."""
    step = (high - low)[:, None] / number
    cell = torch.arange(number, device=low.device, dtype=low.dtype)
    first, last = (cell * step + low[:, None]).floor(), ((cell + 1) * step + low[:, None]).ceil()
    pixel = torch.arange(size, device=low.device)
    inside = (pixel >= first[..., None]) & (pixel < last[..., None])
    return inside & (high > low)[:, None, None]


def _masked_max(values: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    return values.masked_fill(~mask, -torch.inf).max(-1)


def roi_pool_backward(
    grad_output: Tensor,
    rois: Tensor,
    argmax: Tensor,
    grad_input: Tensor,
    pooled_height: int,
    pooled_width: int,
    spatial_scale: float,
) -> None:
    """Add each cell's gradient to its maximum in `grad_input` (N, C, H, W)."""
    images, channels = grad_input.shape[:2]
    flat = grad_input.view(images, channels, -1)
    kept = (argmax >= 0).flatten(2)
    values, places = grad_output.flatten(2) * kept, argmax.flatten(2).clamp(min=0).long()
    plane = rois[:, 0].long()[:, None] * channels + torch.arange(channels, device=rois.device)
    index = (plane[..., None] * flat.size(2) + places).flatten()
    flat.view(-1).index_add_(0, index, values.flatten())
