"""Images of more than 8 bits in a pipeline: their light is right, and its bits can be kept."""

import cv2
import numpy as np
import pytest
import tifffile
import torch
from mmcv.transforms import Compose

from light_files import WHITE, dark_scene, write_png
from pictures import draw_picture
from wiid_plugins.ops.lowlight import enhance
from wiid_plugins.transforms import Enhance, LoadImage

NUMBERS = dark_scene(48, 64)
DEEP = {
    'rgb.png': lambda p: write_png(p, NUMBERS),
    'rgb.tif': lambda p: tifffile.imwrite(p, NUMBERS, photometric='rgb'),
    'grey.png': lambda p: write_png(p, NUMBERS[..., 0]),
    'float.tif': lambda p: tifffile.imwrite(p, (NUMBERS[..., 0] / WHITE).astype(np.float32)),
}


def load(path, **kwargs):
    return LoadImage(**kwargs)(dict(img_path=str(path)))['img']


@pytest.mark.parametrize('name', DEEP)
def test_an_image_of_many_bits_keeps_its_light(tmp_path, name):
    DEEP[name](tmp_path / name)
    expected = NUMBERS[..., ::-1] if name.startswith('rgb') else NUMBERS[..., :1].repeat(3, 2)
    image, exact = load(tmp_path / name), load(tmp_path / name, dtype='float32')
    assert image.dtype == np.uint8 and exact.dtype == np.float32
    np.testing.assert_array_equal(image, (expected / 257).round())
    np.testing.assert_allclose(exact, expected / 257, atol=1e-4)


@pytest.mark.parametrize('dtype', ['uint8', 'float32'])
def test_enhancing_comes_before_the_cut_to_8_bits(tmp_path, dtype):
    DEEP['rgb.png'](tmp_path / 'a.png')
    given = torch.from_numpy((NUMBERS / WHITE).astype(np.float32)).permute(2, 0, 1)[None]
    expected = enhance(given, 0.3)[0].permute(1, 2, 0).numpy()[..., ::-1] * 255
    found = load(tmp_path / 'a.png', enhance=dict(target=0.3), dtype=dtype)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, expected, atol=0.501 if dtype == 'uint8' else 1e-3)
    late = Compose([LoadImage(), Enhance(target=0.3)])(dict(img_path=str(tmp_path / 'a.png')))
    assert len(np.unique(late['img'])) < 16 < 100 < len(np.unique(found))


def test_enhance_in_a_pipeline_of_floats_keeps_all_bits_up_to_the_packing(tmp_path):
    DEEP['rgb.png'](tmp_path / 'a.png')
    steps = [
        LoadImage(dtype='float32'),
        Enhance(target=0.3),
        dict(type='mmpretrain.Resize', scale=(32, 24)),
        dict(type='mmpretrain.RandomFlip', prob=1.0),
        dict(type='mmpretrain.PackInputs'),
    ]
    packed = Compose(steps)(dict(img_path=str(tmp_path / 'a.png')))['inputs']
    assert packed.dtype == torch.float32 and packed.shape == (3, 24, 32)
    assert packed.unique().numel() > 1000 and 60 < packed.mean() < 90


def test_bytes_are_enhanced_at_loading_as_by_enhance(tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), draw_picture() // 8)
    late = Compose([LoadImage(), Enhance()])(dict(img_path=str(tmp_path / 'a.png')))['img']
    np.testing.assert_array_equal(load(tmp_path / 'a.png', enhance={}), late)


def test_another_type_of_numbers_is_refused():
    with pytest.raises(ValueError, match="'uint8' or 'float32', not 'float64'"):
        LoadImage(dtype='float64')
