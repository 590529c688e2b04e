"""The reader gives the light that was written, of every kind of file, and says what is none."""

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageOps

from light_files import WHITE, dark_scene, orient, write_png
from pictures import draw_picture
from wiid_plugins.images import UnreadableImageError, as_bytes, decode, read_image

SCENE = dark_scene()
LIGHT = SCENE / WHITE


def tiff(numbers, photometric='rgb', **how):
    return lambda path: tifffile.imwrite(path, numbers, photometric=photometric, **how)


def lzw(path):
    cv2.imwrite(str(path), SCENE[..., ::-1], [cv2.IMWRITE_TIFF_COMPRESSION, 5])


def pnm(path, numbers=SCENE, white=WHITE):
    kind, (height, width) = ('P6' if numbers.ndim == 3 else 'P5'), numbers.shape[:2]
    data = numbers.astype('>u2').tobytes()
    path.write_bytes(f'{kind} {width} {height} {white}\n'.encode() + data)


ALPHA = np.dstack([SCENE, np.full_like(SCENE[..., :1], 9)])
TWELVE = (SCENE >> 4).clip(0, 4095)
COLOUR = {
    'rgb.png': lambda p: write_png(p, SCENE),
    'rgba.png': lambda p: cv2.imwrite(str(p), ALPHA[..., [2, 1, 0, 3]]),
    'contiguous.tif': tiff(SCENE),
    'planar.tif': tiff(SCENE.transpose(2, 0, 1), planarconfig='separate'),
    'big_endian.tiff': tiff(SCENE, byteorder='>'),
    'big.tif': tiff(SCENE, bigtiff=True),
    'zlib.tif': tiff(SCENE, compression='zlib', predictor=2),
    'tiles.tif': tiff(SCENE, tile=(16, 16)),
    'lzw.tif': lzw,
    'alpha.tif': tiff(ALPHA, extrasamples=['unassalpha']),
    'float.tif': tiff(LIGHT.astype(np.float32)),
    'double.tif': tiff(LIGHT),
    'half.tif': tiff(LIGHT.astype(np.float16)),
    'uint32.tif': tiff(SCENE.astype(np.uint32) * 65537),
    'wide.ppm': pnm,
    'twelve.ppm': lambda p: pnm(p, TWELVE, 4095),
}
GREY = {
    'grey.png': lambda p: write_png(p, SCENE[..., 0]),
    'grey.tif': tiff(SCENE[..., 0], 'minisblack'),
    'negative.tif': tiff(WHITE - SCENE[..., 0], 'miniswhite'),
    'negative_float.tif': tiff((1 - LIGHT[..., 0]).astype(np.float32), 'miniswhite'),
    'alpha.tif': tiff(ALPHA[..., ::3], 'minisblack', extrasamples=['unassalpha'], planarconfig=1),
    'float.tif': lambda p: Image.fromarray(LIGHT[..., 0].astype(np.float32)).save(p),
    'int32.tif': lambda p: Image.fromarray(SCENE[..., 0].astype(np.int32)).save(p),
    'wide.pgm': lambda p: pnm(p, SCENE[..., 0]),
}


@pytest.mark.parametrize('name', COLOUR)
def test_colour_of_many_bits_is_read_with_all(tmp_path, name):
    path = tmp_path / name
    COLOUR[name](path)
    found = read_image(path)
    assert found.dtype == np.float32 and found.shape == SCENE.shape
    coarse = {'half.tif': 2e-5, 'twelve.ppm': 1.1 / 4095}
    np.testing.assert_allclose(found, LIGHT, atol=coarse.get(name, 1e-7))


@pytest.mark.parametrize('name', GREY)
def test_grey_of_many_bits_is_read_with_all(tmp_path, name):
    path = tmp_path / name
    GREY[name](path)
    found = read_image(path)
    assert found.shape == SCENE.shape and (found == found[..., :1]).all()
    np.testing.assert_allclose(found[..., 0], LIGHT[..., 0], atol=1e-7)


@pytest.mark.parametrize('suffix', ['png', 'bmp', 'ppm', 'tif', 'webp'])
def test_bytes_stay_as_they_are(tmp_path, suffix):
    rgb = draw_picture(17, 31)
    Image.fromarray(rgb).save(tmp_path / f'a.{suffix}', lossless=True)
    found = decode(tmp_path / f'a.{suffix}')
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, rgb)
    np.testing.assert_array_equal(as_bytes(read_image(tmp_path / f'a.{suffix}')), rgb)


@pytest.mark.parametrize('mode', ['1', 'L', 'LA', 'P', 'RGBA', 'CMYK'])
def test_other_bytes_become_rgb_without_transparency(tmp_path, mode):
    image = Image.fromarray(draw_picture(17, 31)).convert(mode)
    if mode.endswith('A'):
        image.putalpha(9)
    image.save(tmp_path / 'a.tif')
    expected = np.asarray(image.convert('RGB'))
    np.testing.assert_array_equal(decode(tmp_path / 'a.tif'), expected)


@pytest.mark.parametrize('orientation', range(1, 9))
def test_all_are_turned_upright_alike(tmp_path, orientation):
    exif, plain = Image.Exif(), Image.fromarray((SCENE >> 4).astype(np.uint8))
    exif[0x0112] = orientation
    plain.save(tmp_path / 'plain.png', exif=exif)
    with Image.open(tmp_path / 'plain.png') as image:
        expected = np.asarray(ImageOps.exif_transpose(image))
    Image.fromarray(SCENE[..., 0]).save(tmp_path / 'grey.png', exif=exif)
    lzw(tmp_path / 'lzw.tif')
    tiff(SCENE)(tmp_path / 'plain.tif')
    for name in ('lzw.tif', 'plain.tif'):
        orient(tmp_path / name, orientation)
        np.testing.assert_array_equal(decode(tmp_path / name) >> 4, expected)
    np.testing.assert_array_equal(decode(tmp_path / 'plain.png'), expected)
    np.testing.assert_array_equal(decode(tmp_path / 'grey.png')[..., 0] >> 4, expected[..., 0])


SPOTTED = LIGHT.astype(np.float32)
SPOTTED[3, 4, 1] = np.nan
HUGE = b'P6 60000 60000 255\n' + b'\0' * 99
WRONG = {
    'bright.tif': (tiff(LIGHT.astype(np.float32) * 100), ['value 3.99', 'to 1, white', 'scale']),
    'below.tif': (tiff(LIGHT.astype(np.float32) - 1), ['value -0.9', 'scale']),
    'nan.tif': (tiff(SPOTTED), ['value nan', '8 or 16 bits']),
    'int32.tif': (tiff(SCENE[..., 0].astype(np.int32) * 99, 'minisblack'), ['to 65535', 'scale']),
    'int16.tif': (tiff(SCENE.astype(np.int16)), ['int16', 'save it as RGB or grey']),
    'sensor.tif': (tiff(SCENE[..., 0], 'cfa'), ['colours as CFA', 'save it as RGB or grey']),
    'huge.ppm': (lambda p: p.write_bytes(HUGE), ['decompression bomb', 'remove the file']),
    'empty.png': (lambda p: p.write_bytes(b''), ['cannot identify', 'remove the file']),
    'head.tif': (lambda p: p.write_bytes(b'II*\0'), ['not readable', 'remove the file']),
}


@pytest.mark.parametrize('name', WRONG)
def test_what_is_no_light_is_said_in_a_sentence(tmp_path, name):
    write, words = WRONG[name]
    write(tmp_path / name)
    with pytest.raises(UnreadableImageError) as error:
        read_image(tmp_path / name)
    text = str(error.value)
    assert text.startswith(f'{tmp_path / name}: not readable as a picture (')
    assert '\n' not in text and all(word in text for word in words)
    assert error.value.reason in text and str(tmp_path) not in error.value.reason


@pytest.mark.parametrize('name', ['lzw.tif', 'zlib.tif', 'contiguous.tif', 'rgb.png', 'wide.ppm'])
def test_half_a_file_is_no_image(tmp_path, name):
    path = tmp_path / name
    COLOUR[name](path)
    data = path.read_bytes()
    for share in (0.1, 0.5, 0.9):
        path.write_bytes(data[: int(len(data) * share)])
        with pytest.raises(UnreadableImageError, match='remove the file'):
            decode(path)


def test_a_large_sparse_tiff_is_refused_before_it_fills_the_memory(tmp_path):
    tiff(LIGHT.astype(np.float32), compression='zlib')(tmp_path / 'a.tif')
    with tifffile.TiffFile(tmp_path / 'a.tif', mode='r+b') as file:
        for name in ('ImageWidth', 'ImageLength'):
            file.pages[0].tags[name].overwrite(40000)
    with pytest.raises(
        UnreadableImageError, match='40000 x 40000 px could be a decompression bomb'
    ):
        decode(tmp_path / 'a.tif')


def test_a_png_chunk_that_is_longer_than_the_file_takes_no_memory(tmp_path):
    COLOUR['rgb.png'](tmp_path / 'a.png')
    data = (tmp_path / 'a.png').read_bytes()
    place = data.rindex(b'IEND') - 4
    (tmp_path / 'a.png').write_bytes(data[:place] + b'\x7f\xff\xff\xff' + data[place + 4 :])
    with pytest.raises(UnreadableImageError, match="the data end in the middle of b'IEND'"):
        decode(tmp_path / 'a.png')
