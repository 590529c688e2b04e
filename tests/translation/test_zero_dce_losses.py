"""Zero-DCE's losses against NumPy in float64, pixel by pixel, and what gradients do at the edges."""

import numpy as np
import pytest
import torch

from pictures import seeded
from wiid_plugins.translation.zero_dce_losses import (
    colour_loss,
    exposure_loss,
    smoothness_loss,
    spatial_loss,
)

SHAPES = [(2, 3, 32, 48), (1, 3, 16, 16), (3, 3, 37, 21)]


def pair(shape):
    images = torch.rand(shape, generator=seeded(1)) * 0.4
    return images.sqrt(), images


def regions_in_numpy(images, size):
    """Mean grey level of whole regions, one by one: (N, H // size, W // size)."""
    grey = images.double().numpy().sum(1) / 3
    n, height, width = grey.shape
    out = np.empty((n, height // size, width // size))
    for i, y, x in np.ndindex(out.shape):
        out[i, y, x] = grey[i, y * size : (y + 1) * size, x * size : (x + 1) * size].mean()
    return out


def spatial_in_numpy(enhanced, images):
    after, before = regions_in_numpy(enhanced, 4), regions_in_numpy(images, 4)
    total = 0.0

    def value(regions, i, y, x):
        inside = 0 <= y < regions.shape[1] and 0 <= x < regions.shape[2]
        return regions[i, y, x] if inside else 0.0

    for i, y, x in np.ndindex(after.shape):
        for dy, dx in [(0, -1), (0, 1), (-1, 0), (1, 0)]:
            new = after[i, y, x] - value(after, i, y + dy, x + dx)
            old = before[i, y, x] - value(before, i, y + dy, x + dx)
            total += (old - new) ** 2
    return total / after.size


def colour_in_numpy(enhanced):
    r, g, b = enhanced.double().numpy().mean((2, 3)).T
    return np.sqrt((r - g) ** 4 + (r - b) ** 4 + (b - g) ** 4).mean()


def smoothness_in_numpy(curves):
    a = curves.double().numpy()
    n, _, height, width = a.shape
    down = ((a[:, :, 1:] - a[:, :, :-1]) ** 2).sum() / ((height - 1) * width)
    right = ((a[:, :, :, 1:] - a[:, :, :, :-1]) ** 2).sum() / (height * (width - 1))
    return 2 * (down + right) / n


@pytest.mark.parametrize('shape', SHAPES)
def test_each_loss_is_its_formula(shape):
    enhanced, images = pair(shape)
    curves = torch.rand(shape[0], 24, *shape[2:], generator=seeded(2)) * 2 - 1
    exposure = ((regions_in_numpy(enhanced, 16) - 0.6) ** 2).mean()
    for found, expected in [
        (spatial_loss(enhanced, images), spatial_in_numpy(enhanced, images)),
        (exposure_loss(enhanced), exposure),
        (colour_loss(enhanced), colour_in_numpy(enhanced)),
        (smoothness_loss(curves), smoothness_in_numpy(curves)),
    ]:
        assert expected > 0
        assert float(found) == pytest.approx(expected, rel=1e-4)


def test_every_loss_is_zero_where_nothing_is_to_be_mended():
    _, images = pair(SHAPES[0])
    assert spatial_loss(images, images) == 0
    assert float(exposure_loss(torch.full((1, 3, 16, 16), 0.6))) == pytest.approx(0, abs=1e-12)
    assert colour_loss(images[:, :1].expand(-1, 3, -1, -1)) == 0
    assert smoothness_loss(torch.full((1, 24, 4, 4), 0.3)) == 0


def test_gradients_are_finite_on_a_constant_grey_picture():
    enhanced = torch.full((2, 3, 16, 16), 0.3, requires_grad=True)
    curves = torch.zeros(2, 24, 16, 16, requires_grad=True)
    loss = spatial_loss(enhanced, enhanced.detach()) + exposure_loss(enhanced)
    (loss + colour_loss(enhanced) + smoothness_loss(curves)).backward()
    assert enhanced.grad.isfinite().all() and curves.grad.isfinite().all()
    assert (enhanced.grad < 0).all()  # too dark: every pixel is to become brighter


@pytest.mark.parametrize(('loss', 'size'), [('spatial', 4), ('exposure', 16)])
def test_pictures_below_one_region_are_refused_with_the_mend(loss, size):
    small = torch.rand(1, 3, size, size - 1)
    with pytest.raises(ValueError, match=f'{size - 1}x{size} px .* resize them .* {size}x{size}'):
        spatial_loss(small, small) if loss == 'spatial' else exposure_loss(small)
