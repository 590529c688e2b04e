import warnings

import cv2
import numpy as np
import pytest
from skimage.restoration import estimate_sigma

from pictures import draw_picture
from wiid_plugins.relight.report import scores, table


def luma(pixels):
    """BT.601, of ``(H, W, 3)`` uint8 RGB, in [0, 1]."""
    return pixels @ np.array([0.299, 0.587, 0.114]) / 255


def test_scores_are_those_of_numpy():
    pixels = draw_picture(50, 70)
    found, grey = scores(pixels), luma(pixels)
    assert found['brightness'] == pytest.approx(grey.mean(), abs=1e-3)
    assert found['contrast'] == pytest.approx(grey.std(), abs=1e-3)
    counts = np.bincount((grey * 255).round().astype(int).ravel())
    shares = counts[counts > 0] / counts.sum()
    assert found['entropy'] == pytest.approx(-(shares * np.log2(shares)).sum(), abs=0.02)


def test_noise_is_found_and_blur_is_told_from_sharp():
    rng = np.random.default_rng(0)
    noise = rng.normal(128, 20, (128, 128, 1)).round().clip(0, 255).astype(np.uint8).repeat(3, 2)
    assert scores(noise)['noise'] == pytest.approx(20 / 255, rel=0.1)
    sharp = draw_picture(96, 96)
    assert scores(cv2.GaussianBlur(sharp, (0, 0), 3))['blur'] > scores(sharp)['blur'] + 0.1


@pytest.mark.parametrize('size', [(1, 1), (2, 9), (3, 3)])
def test_a_picture_too_small_for_edges_does_not_spoil_the_means(size):
    flat, drawn = scores(np.full((*size, 3), 9, np.uint8)), scores(draw_picture())
    assert np.isnan([flat.pop('blur'), flat.pop('noise')]).all()
    assert np.isfinite(list(flat.values())).all()
    rows = table([(drawn, drawn), ({**flat, 'blur': np.nan, 'noise': np.nan}, drawn)]).splitlines()
    for row, name in zip(rows[-2:], ('noise', 'blur'), strict=True):
        assert row.endswith(f' {drawn[name]:.3f} | {drawn[name]:.3f} |')
    assert f'| {(drawn["brightness"] + 9 / 255) / 2:.3f} |' in rows[2]


@pytest.mark.parametrize('size', [(1, 1), (1, 300), (300, 2), (3, 3), (9, 4), (40, 4), (8, 8)])
@pytest.mark.parametrize('light', ['black', 'flat', 'striped', 'noise'])
def test_small_and_flat_pictures_give_no_warnings(size, light):
    pixels = np.zeros((*size, 3), np.uint8)
    pixels[: size[0] if light == 'flat' else 0] = 200
    pixels[:: 2 if light == 'striped' else 1000] = 30
    if light == 'noise':
        pixels = np.random.default_rng(0).integers(0, 99, pixels.shape, dtype=np.uint8)
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        found = scores(pixels)
    small = min(size) < 4
    assert np.isnan(found['noise']) == np.isnan(found['blur']) == small
    if not small and light != 'noise':
        assert found['noise'] < 1e-6


def test_noise_is_that_of_scikit_image():
    pixels = draw_picture(50, 70)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) / 255
    assert scores(pixels)['noise'] == pytest.approx(estimate_sigma(grey))
