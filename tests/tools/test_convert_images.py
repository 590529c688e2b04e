import cv2
import numpy as np
from PIL import Image

from pictures import draw_picture
from tools import enhance


def run(*args):
    return enhance.main([str(a) for a in args])


def test_jpeg_of_a_quality(tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), draw_picture(17, 31) // 4)
    sizes = []
    for quality in (10, 95):
        assert run(tmp_path / 'a.png', tmp_path / f'{quality}', '--jpeg', quality) == 0
        with Image.open(tmp_path / f'{quality}' / 'a.jpg') as picture:
            assert picture.format == 'JPEG' and picture.size == (31, 17)
        sizes.append((tmp_path / f'{quality}' / 'a.jpg').stat().st_size)
    assert sizes[0] < sizes[1]


def test_pictures_of_all_kinds_come_out_upright_and_rgb(tmp_path):
    root = tmp_path / 'in'
    root.mkdir()
    bright = np.full((6, 9, 3), 200, np.uint8)  # above the level that enhancement aims at: kept
    bright[:3] = 230
    rgb, exif = Image.fromarray(bright), Image.Exif()
    exif[0x0112] = 6  # turn right to be upright
    rgb.save(root / 'turned.png', exif=exif)
    rgb.convert('L').save(root / 'grey.png')
    rgb.convert('RGBA').save(root / 'alpha.png')
    rgb.quantize().save(root / 'palette.png')
    Image.fromarray(bright[..., 0].astype(np.uint16) * 257).save(root / 'deep.png')
    assert run(root, tmp_path / 'out') == 0
    for file in root.iterdir():
        with Image.open(tmp_path / 'out' / file.name) as picture:
            assert picture.mode == 'RGB'
            expected = np.rot90(bright, -1) if file.stem == 'turned' else bright
            np.testing.assert_array_equal(np.asarray(picture), expected)
