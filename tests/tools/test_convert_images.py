import warnings

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


def test_damaged_exif_data_say_nothing_about_the_picture(tmp_path):
    (tmp_path / 'in').mkdir()
    picture = Image.fromarray(draw_picture(17, 31) // 4)
    for name, exif in (
        ('a.png', b'garbage'),
        ('b.webp', b'garbage'),
        ('c.jpg', b'Exif\0\0II*\0\x08'),
    ):
        picture.save(tmp_path / 'in' / name, exif=exif)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter('always')
        assert run(tmp_path / 'in', tmp_path / 'out') == 0
    assert all(cv2.imread(str(f)).shape == (17, 31, 3) for f in (tmp_path / 'out').glob('*.png'))
    assert not [w for w in warned if 'EXIF' in str(w.message)]


def test_a_palette_with_transparency_gives_its_colours_without_a_warning(tmp_path):
    palette = Image.fromarray(draw_picture(17, 31)).quantize(16)
    (tmp_path / 'in').mkdir()
    palette.save(tmp_path / 'in' / 'plain.png')
    for name, transparency in (('all.png', bytes(range(16))), ('one.png', 3)):
        palette.save(tmp_path / 'in' / name, transparency=transparency)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter('always')
        assert run(tmp_path / 'in', tmp_path / 'out') == 0
    made = [(tmp_path / 'out' / n).read_bytes() for n in ('plain.png', 'all.png', 'one.png')]
    assert made[0] == made[1] == made[2]
    assert not [w for w in warned if 'transparency' in str(w.message).lower()]


def test_truncated_pictures_of_all_kinds_are_listed(tmp_path, capsys):
    (tmp_path / 'in').mkdir()
    picture = Image.fromarray(draw_picture())
    for suffix in ('png', 'jpg', 'webp', 'tif', 'bmp', 'ppm'):
        file = tmp_path / 'in' / f'{suffix}.{suffix}'
        picture.save(file)
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    picture.save(tmp_path / 'in' / 'ok.png')
    assert run(tmp_path / 'in', tmp_path / 'out') == 1
    err = capsys.readouterr().err
    assert err.count('failed: ') == err.count('not readable as a picture') == 6
    assert [f.name for f in (tmp_path / 'out').glob('*.png')] == ['ok.png']


def test_damage_behind_the_first_page_is_noted(tmp_path, capsys):
    first = Image.fromarray(draw_picture(17, 31))
    (tmp_path / 'in').mkdir()
    first.save(tmp_path / 'in' / 'a.tif', save_all=True, append_images=[Image.new('L', (9, 9))])
    data = bytearray((tmp_path / 'in' / 'a.tif').read_bytes())
    start = int.from_bytes(data[4:8], 'little')
    entries = int.from_bytes(data[start : start + 2], 'little')
    link = start + 2 + 12 * entries
    (tmp_path / 'in' / 'b.tif').write_bytes(data[:link] + b'\x03\xff\xff\x7f' + data[link + 4 :])
    assert run(tmp_path / 'in', tmp_path / 'out') == 0
    err = capsys.readouterr().err
    assert 'a.tif: only the first of its 2 pages is taken' in err
    assert 'b.tif: is damaged behind its first frame' in err
    first.save(tmp_path / 'plain.png')
    assert run(tmp_path / 'plain.png', tmp_path / 'plain') == 0
    expected = (tmp_path / 'plain' / 'plain.png').read_bytes()
    assert all((tmp_path / 'out' / f'{n}.png').read_bytes() == expected for n in 'ab')
