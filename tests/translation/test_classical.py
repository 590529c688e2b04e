"""CLAHE and Fourier darkening as lights."""

import cv2
import numpy as np
import pytest
import torch

from wiid_plugins.translation import build_darkener, build_enhancer


def test_clahe_is_that_of_opencv():
    pixels = np.random.default_rng(0).integers(0, 60, (40, 48, 3), np.uint8)
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)
    lab[..., 0] = cv2.createCLAHE(2.0, (8, 8)).apply(lab[..., 0])
    wanted = cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)
    image = torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 255
    lit = build_enhancer('clahe')(image)
    assert torch.equal((lit[0] * 255).round().byte().permute(1, 2, 0), torch.from_numpy(wanted))
    assert lit.mean() > image.mean()


def test_fourier_darkening_takes_its_light_from_the_folder(tmp_path):
    rng = np.random.default_rng(0)
    for i in range(3):
        cv2.imwrite(str(tmp_path / f'{i}.png'), rng.integers(0, 25, (30, 40, 3), np.uint8))
    darken = build_darkener('fourier', dark=tmp_path, strength=(1.0, 1.0))
    day = torch.rand(4, 3, 32, 32) * 0.5 + 0.4
    night = darken(day, torch.Generator().manual_seed(0))
    assert night.mean() < 0.25 * day.mean()
    assert torch.equal(night, darken(day, torch.Generator().manual_seed(0)))
    high = lambda x: torch.fft.fft2(x)[..., 8:24, 8:24].abs()  # noqa: E731
    assert torch.corrcoef(torch.stack([high(night).flatten(), high(day).flatten()]))[0, 1] > 0.5


def test_a_folder_without_images_is_named(tmp_path):
    darken = build_darkener('fourier', dark=tmp_path)
    with pytest.raises(FileNotFoundError, match=f'{tmp_path}: no image here'):
        darken(torch.rand(1, 3, 8, 8))
