"""Image files of many kinds with dark light in them, which the tests share."""

import struct
from fractions import Fraction
from importlib import import_module
from importlib.util import find_spec

import cv2
import numpy as np
import tifffile
from PIL import Image

WHITE = 65535
# From XYZ to linear sRGB (IEC 61966-2-1): a camera with this matrix sees in sRGB.
SRGB = (3.2404542, -1.5371385, -0.4985314, -0.969266, 1.8760108, 0.041556)
SRGB += (0.0556434, -0.2040259, 1.0572252)


def dark_scene(height=40, width=56, top=0.04):
    """A smooth coloured scene, ``(H, W, 3)`` uint16 RGB, ``top`` of full scale at most."""
    rows, columns = np.mgrid[0:height, 0:width]
    wave = 0.55 + 0.45 * np.sin(rows / 9) * np.cos(columns / 13)
    return (wave[..., None] * np.array([1, 0.9, 0.8]) * top * WHITE).round().astype(np.uint16)


def ramp(top, power=1, height=64, width=1024):
    """Grey that rises from black to ``top`` of full scale, ``(H, W)`` uint16."""
    rise = np.linspace(0, 1, width) ** power * top * WHITE
    return np.tile(rise.round(), (height, 1)).astype(np.uint16)


def write_png(path, rgb):
    """By OpenCV, grey or RGB, of 8 or 16 bits."""
    assert cv2.imwrite(str(path), rgb[..., ::-1] if rgb.ndim == 3 else rgb)


def write_dng(path, mosaic, orientation=1, neutral=(1, 1, 1)):
    """A raw photo ``(H, W)`` uint16 behind a filter RGGB of a camera that sees in sRGB.

    Args:
        path: Of the file.
        mosaic: Light as counted.
        orientation: Of EXIF.
        neutral: What the sensor counts for white.
    """
    matrix = [n for v in SRGB for n in (round(v * 10**7), 10**7)]
    shot = [n for v in neutral for n in (Fraction(v).numerator, Fraction(v).denominator)]
    tags = [
        *((271, 's', 0, 'Maker', True), (272, 's', 0, 'Model', True)),
        (274, 'H', 1, orientation, True),
        *((33421, 'H', 2, (2, 2), True), (33422, 'B', 4, b'\0\1\1\2', True)),  # RGGB
        *((50706, 'B', 4, b'\1\4\0\0', True), (50708, 's', 0, 'Maker Model', True)),
        *((50714, 'H', 1, 0, True), (50717, 'H', 1, WHITE, True)),  # black, white
        (50721, '2i', 9, matrix, True),
        (50728, '2I', 3, shot, True),
        (50778, 'H', 1, 21, True),  # D65
    ]
    tifffile.imwrite(path, mosaic, photometric='cfa', extratags=tags)


def write_all_kinds(folder):
    """Small files of all kinds, dark, to be damaged; give their paths."""
    deep, folder = dark_scene(12, 17, 0.5), folder
    folder.mkdir()
    plain = Image.fromarray((deep >> 8).astype(np.uint8))
    for suffix in ('bmp', 'jpg', 'png', 'ppm', 'webp', 'tif'):
        plain.save(folder / f'plain.{suffix}')
    plain.convert('L').save(folder / 'grey.pgm')
    plain.quantize(16).save(folder / 'palette.png')
    write_png(folder / 'deep.png', deep)
    write_png(folder / 'deep_grey.png', deep[..., 0])
    (folder / 'deep.ppm').write_bytes(b'P6 17 12 65535\n' + deep.astype('>u2').tobytes())
    lzw = [cv2.IMWRITE_TIFF_COMPRESSION, 5]
    assert cv2.imwrite(str(folder / 'lzw.tif'), deep[..., ::-1], lzw)
    tifffile.imwrite(folder / 'deep.tif', deep, photometric='rgb', compression='zlib')
    floats = (deep / WHITE).astype(np.float32)
    tifffile.imwrite(folder / 'float.tif', floats, photometric='rgb')
    write_dng(folder / 'raw.dng', dark_scene(32, 32)[..., 0])
    if find_spec('pillow_heif'):
        heif = import_module('pillow_heif')
        scene = dark_scene(64, 64, 0.5)
        heif.encode('RGB;16', (64, 64), scene.tobytes(), str(folder / 'deep.heic'), quality=-1)
    return sorted(folder.iterdir())


def orient(path, orientation):
    """Give a little-endian TIFF the orientation of EXIF, in a new directory at its end."""
    data = path.read_bytes()
    (start,) = struct.unpack_from('<I', data, 4)
    (count,) = struct.unpack_from('<H', data, start)
    entries = [data[start + 2 + 12 * i :][:12] for i in range(count)]
    kept = [entry for entry in entries if struct.unpack_from('<H', entry)[0] != 274]
    kept.append(struct.pack('<HHIHH', 274, 3, 1, orientation, 0))
    kept.sort(key=lambda entry: struct.unpack_from('<H', entry))
    data += bytes(len(data) % 2)
    directory = struct.pack('<H', len(kept)) + b''.join(kept) + bytes(4)
    path.write_bytes(data[:4] + struct.pack('<I', len(data)) + data[8:] + directory)
