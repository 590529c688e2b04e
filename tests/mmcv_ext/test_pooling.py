"""RoIAlign and RoIPool equal their definitions, written out as loops in NumPy float64."""

from math import ceil, floor

import numpy as np
import pytest
import torch
from mmcv.ops import RoIAlign, RoIPool
from torch.autograd import gradcheck

FEATURES = torch.randn(2, 3, 9, 11, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
ROIS = torch.tensor(
    [
        [0, 1.3, 2.1, 17.2, 14.8],
        [1, -4.0, -3.0, 8.5, 30.0],  # over the edge
        [1, 5.0, 5.0, 5.2, 5.1],  # less than a pixel
        [0, 40.0, 40.0, 60.0, 60.0],  # outside
    ],
    dtype=torch.float64,
)


def value_at(image, y, x):
    """Interpolate (C, H, W) at a point; 0 from a pixel beyond the edge on."""
    height, width = image.shape[1:]
    if not (-1 <= y <= height and -1 <= x <= width):
        return np.zeros(len(image))
    y, x = min(max(y, 0), height - 1), min(max(x, 0), width - 1)
    top, left = floor(y), floor(x)
    below, right = min(top + 1, height - 1), min(left + 1, width - 1)
    upper = image[:, top, left] * (1 - x + left) + image[:, top, right] * (x - left)
    lower = image[:, below, left] * (1 - x + left) + image[:, below, right] * (x - left)
    return upper * (1 - y + top) + lower * (y - top)


def align(features, rois, size, scale, ratio, aligned):
    result = np.zeros((len(rois), features.shape[1], *size))
    for r, (image, *roi) in enumerate(rois):
        x0, y0, x1, y1 = (v * scale - 0.5 * aligned for v in roi)
        spans = [y1 - y0, x1 - x0] if aligned else [max(y1 - y0, 1), max(x1 - x0, 1)]
        cell = [span / n for span, n in zip(spans, size, strict=True)]
        points = [ratio or ceil(c) for c in cell]
        for row, column in np.ndindex(*size):
            values = [
                value_at(
                    features[int(image)],
                    y0 + (row + (i + 0.5) / points[0]) * cell[0],
                    x0 + (column + (j + 0.5) / points[1]) * cell[1],
                )
                for i in range(points[0])
                for j in range(points[1])
            ]
            result[r, :, row, column] = np.mean(values, 0) if values else 0
    return result


@pytest.mark.parametrize('aligned', [True, False])
@pytest.mark.parametrize('ratio', [0, 2])
def test_roi_align_averages_interpolated_points(ratio, aligned):
    layer = RoIAlign((3, 2), 0.5, ratio, 'avg', aligned)
    wanted = align(FEATURES.numpy(), ROIS.numpy(), (3, 2), 0.5, ratio, aligned)
    np.testing.assert_allclose(layer(FEATURES, ROIS), wanted, atol=1e-10)
    assert gradcheck(lambda x: layer(x, ROIS), FEATURES.clone().requires_grad_())


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_roi_align_takes_half_precision(dtype):
    layer, features = RoIAlign(3, 0.5), FEATURES.to(dtype).requires_grad_()
    pooled = layer(features, ROIS.to(dtype))
    pooled.sum().backward()
    whole = layer(features.detach().float(), ROIS.to(dtype).float())
    assert pooled.dtype == features.grad.dtype == dtype
    torch.testing.assert_close(pooled.float(), whole, atol=1e-2, rtol=1e-2)


def test_roi_align_by_the_maximum_is_named_with_the_layer_and_the_mend():
    with pytest.raises(
        NotImplementedError, match=r"RoIAlign needs .*roi_align with .*'max'.*mmcv==2.1"
    ):
        RoIAlign(3, 0.5, pool_mode='max')(FEATURES, ROIS)


def pool(features, rois, size, scale):
    result = np.zeros((len(rois), features.shape[1], *size))
    height, width = features.shape[2:]
    for r, (image, *roi) in enumerate(rois):
        (x0, y0), (x1, y1) = (v * scale for v in roi[:2]), ((v + 1) * scale for v in roi[2:])
        for row, column in np.ndindex(*size):
            edges = [
                floor(y0 + row * (y1 - y0) / size[0]),
                ceil(y0 + (row + 1) * (y1 - y0) / size[0]),
            ]
            top, bottom = (min(max(e, 0), height) for e in edges)
            edges = [
                floor(x0 + column * (x1 - x0) / size[1]),
                ceil(x0 + (column + 1) * (x1 - x0) / size[1]),
            ]
            left, right = (min(max(e, 0), width) for e in edges)
            cell = features[int(image), :, top:bottom, left:right]
            if cell.size and x1 > x0 and y1 > y0:
                result[r, :, row, column] = cell.max((1, 2))
    return result


def test_roi_pool_takes_the_maximum_of_each_cell():
    rois = torch.cat([ROIS, torch.tensor([[0, 9.0, 9.0, 3.0, 3.0]], dtype=torch.float64)])
    layer = RoIPool((3, 2), 0.5)
    wanted = pool(FEATURES.numpy(), rois.numpy(), (3, 2), 0.5)
    np.testing.assert_allclose(layer(FEATURES, rois), wanted, atol=1e-10)
    assert (wanted[-1] == 0).all()  # a region turned inside out
    assert gradcheck(lambda x: layer(x, rois), FEATURES.clone().requires_grad_())
