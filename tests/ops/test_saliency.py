"""Spectral-residual saliency: OpenCV contrib's, batched."""

import cv2
import numpy as np
import pytest
import torch

from pictures import draw_picture, rgb_unit, seeded
from wiid_plugins.ops.saliency import SaliencyTarget, spectral_residual

SIZES = [(48, 64), (64, 48), (64, 64), (100, 33), (224, 224)]


def opencv_saliency(picture):
    found, saliency = cv2.saliency.StaticSaliencySpectralResidual_create().computeSaliency(picture)
    assert found
    return saliency


def top_share(saliency, share=0.4):
    threshold = np.sort(saliency.ravel())[::-1][int(share * saliency.size) - 1]
    return saliency >= threshold


def compare(picture):
    """Mean absolute difference of the maps, and IoU of what is most salient."""
    expected, got = opencv_saliency(picture), spectral_residual(rgb_unit(picture))[0].numpy()
    ours, theirs = top_share(got), top_share(expected)
    return np.abs(expected - got).mean(), (ours & theirs).sum() / (ours | theirs).sum()


def test_equals_opencv_on_every_real_dark_photo(real_data, record_property):
    photos = sorted((real_data / 'photos_dark').glob('*.png'))
    assert len(photos) >= 20
    figures = {p.name: compare(cv2.imread(str(p))) for p in photos}
    differences, overlaps = zip(*figures.values(), strict=True)
    record_property('worst_difference', float(max(differences)))
    record_property('worst_iou', float(min(overlaps)))
    print(f'saliency: worst difference {max(differences):.5f}, worst IoU {min(overlaps):.4f}')
    wrong = {name: f for name, f in figures.items() if f[0] > 0.02 or f[1] < 0.85}
    assert not wrong


@pytest.mark.parametrize('size', SIZES)
@pytest.mark.parametrize('seed', [0, 1, 2])
def test_equals_opencv_on_made_up_pictures(size, seed):
    difference, overlap = compare(draw_picture(*size, seed=seed))
    assert difference <= 0.02 and overlap >= 0.85


def test_a_lone_spot_is_the_most_salient_place():
    picture = np.full((64, 96, 3), 90, np.uint8)
    picture += np.random.default_rng(0).integers(0, 8, picture.shape, dtype=np.uint8)
    cv2.circle(picture, (70, 20), 5, (20, 220, 240), -1)
    saliency = spectral_residual(rgb_unit(picture))[0]
    row, column = divmod(int(saliency.argmax()), 96)
    assert abs(row - 20) <= 6 and abs(column - 70) <= 8


def test_batch_equals_one_by_one():
    images = rgb_unit(*(draw_picture(seed=s) for s in range(4)))
    single = torch.cat([spectral_residual(image[None]) for image in images])
    torch.testing.assert_close(spectral_residual(images), single, rtol=0, atol=1e-5)


def test_range_shape_and_dtype():
    saliency = spectral_residual(rgb_unit(draw_picture(64, 64)))
    assert saliency.shape == (1, 64, 64) and saliency.dtype == torch.float32
    assert saliency.min() >= 0 and float(saliency.max()) == pytest.approx(1)


@pytest.mark.parametrize('dtype', [torch.half, torch.float64])
def test_other_precisions_give_nearly_the_same_target(dtype):
    images = rgb_unit(draw_picture(64, 64))
    exact = spectral_residual(images)
    assert spectral_residual(images.to(dtype)).dtype == torch.float32
    assert (spectral_residual(images.to(dtype)) - exact).abs().mean() < 0.02


def test_autocast_changes_nothing():
    images = rgb_unit(draw_picture())
    with torch.autocast('cpu', torch.bfloat16):
        inside = spectral_residual(images)
    assert torch.equal(inside, spectral_residual(images))


@pytest.mark.parametrize('grey', [0.0, 0.37, 1.0])
def test_a_picture_without_structure_is_finite(grey):
    saliency = spectral_residual(torch.full((2, 3, 40, 56), grey))
    assert saliency.isfinite().all()
    assert saliency.max() - saliency.min() < 1e-3


@pytest.mark.parametrize(
    'images',
    [
        torch.rand(3, 16, 16),
        torch.rand(1, 1, 16, 16),
        torch.rand(1, 16, 16, 3),
        torch.zeros(1, 3, 16, 16, dtype=torch.uint8),
    ],
)
def test_wrong_inputs_are_refused_with_their_shape(images):
    with pytest.raises(ValueError, match=r'\(N, 3, H, W\) float, got \(.*torch\.'):
        spectral_residual(images)


def test_target_marks_the_drawn_share_of_the_most_salient_pixels():
    images = rgb_unit(*(draw_picture(seed=s) for s in range(6)))
    saliency = spectral_residual(images)
    marked = SaliencyTarget(keep=(0.2, 0.7))(images, seeded())
    share = marked.float().mean((1, 2))
    assert (share > 0.19).all() and (share < 0.71).all() and share.std() > 0.05
    for i in range(len(images)):
        assert saliency[i][marked[i]].min() > saliency[i][~marked[i]].max()


@pytest.mark.parametrize('sigma', [0.2, 0.5])
def test_a_target_around_the_middle_is_the_most_salient_part_weighed_by_a_gaussian(sigma):
    images = rgb_unit(*(draw_picture(40, 60, seed=s) for s in range(6)))
    y, x = np.mgrid[-0.5:0.5:40j, -0.5:0.5:60j]
    weighed = spectral_residual(images).numpy() * np.exp(-(x**2 + y**2) / (2 * sigma**2))
    marked = SaliencyTarget(keep=(0.4, 0.4), center=sigma)(images).numpy()
    for saliency, mask in zip(weighed, marked, strict=True):
        assert mask.mean() == pytest.approx(0.4, abs=0.01)
        assert saliency[mask].min() > saliency[~mask].max() * (1 - 1e-5)


@pytest.mark.parametrize('size', [(224, 224), (300, 500)])
def test_share_of_a_large_picture_is_met_to_a_percent(size):
    images = torch.nn.functional.interpolate(
        rgb_unit(*(draw_picture(seed=s) for s in range(6))), size=size, mode='bilinear'
    )
    for keep in (0.1, 0.5, 0.9):
        marked = SaliencyTarget(keep=(keep, keep))(images, seeded())
        assert (marked.float().mean((1, 2)) - keep).abs().max() < 0.01


def test_target_repeats_under_a_generator_and_uses_its_size():
    images, target = rgb_unit(draw_picture(), draw_picture(seed=1)), SaliencyTarget()
    assert torch.equal(target(images, seeded(3)), target(images, seeded(3)))
    assert not torch.equal(target(images, seeded(3)), target(images, seeded(4)))
    coarse = SaliencyTarget(keep=(0.5, 0.5), size=24)(images)
    assert not torch.equal(coarse, SaliencyTarget(keep=(0.5, 0.5))(images))
