"""TIFF of more than 8 bits: integers of 16 and 32 bits, and floats."""

import logging
from pathlib import Path

import cv2
import numpy as np
from tifffile import PHOTOMETRIC, TiffFile, TiffPage

from .pixels import DEEP, RefusedError, check_size, light, three_channels, turn

MAGIC = (b'II*\0', b'MM\0*', b'II+\0', b'MM\0+')
ORIENTATION = 274
AXES = {'YX': (0, 1), 'YXS': (0, 1, 2), 'SYX': (1, 2, 0)}
COLOURS = (PHOTOMETRIC.MINISWHITE, PHOTOMETRIC.MINISBLACK, PHOTOMETRIC.RGB)
MOST_BYTES = 2**30
MEND = 'save it as RGB or grey of 8 or 16 bits'
LOUD = cv2.utils.logging.getLogLevel()
logging.getLogger('tifffile').setLevel(logging.CRITICAL)  # tells of what is an error here anyway


def is_tiff(path: Path) -> bool:
    """Whether a file begins as TIFF does."""
    with path.open('rb') as file:
        return file.read(4) in MAGIC


def decode_deep_tiff(path: Path) -> np.ndarray:
    """Read the first page.

    Returns:
        ``(H, W, 3)`` RGB: uint16, or float32 in [0, 1].

    Raises:
        ValueError: If it is damaged, or has colours or numbers that are no light.
    """
    with TiffFile(path) as file:
        page = file.pages.first
        _check(page)
        white = _white(page)
        found = light(_numbers(page, path), white)
    if page.photometric == PHOTOMETRIC.MINISWHITE:
        found = (1 if found.dtype == np.float32 else DEEP) - found
    return three_channels(found)


def _check(page: TiffPage) -> None:
    check_size(page.imagewidth, page.imagelength)
    if page.photometric not in COLOURS:
        name = getattr(page.photometric, 'name', page.photometric)
        raise RefusedError(f'its {page.bitspersample} bits hold colours as {name}', MEND)
    if page.axes not in AXES or page.nbytes > MOST_BYTES:
        raise RefusedError(f'its values are laid out as {page.axes} {page.shape}', MEND)


def _white(page: TiffPage) -> int | None:
    """The number that is white; of signed 32 bits 65535, which is what Pillow writes its 'I' for."""
    kind = page.dtype
    if kind is not None and kind.kind == 'f':
        return None
    if kind == np.int32:
        return DEEP
    if kind is None or kind.kind != 'u' or kind.itemsize > 4:
        raise RefusedError(f'holds numbers of the type {kind}', MEND)
    return 2**page.bitspersample - 1


def _numbers(page: TiffPage, path: Path) -> np.ndarray:
    """The numbers as they are stored, ``(H, W)`` or ``(H, W, C)`` RGB, upright."""
    try:
        tag = page.tags.get(ORIENTATION)
        stored = page.asarray().transpose(AXES[page.axes])
        return turn(stored, None if tag is None else tag.value)
    except ValueError as error:
        if 'imagecodecs' not in str(error):  # a package of codecs, most of which OpenCV has
            raise
    return _by_opencv(page, path)


def _by_opencv(page: TiffPage, path: Path) -> np.ndarray:
    """OpenCV turns TIFF by itself."""
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        pixels = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    finally:
        cv2.utils.logging.setLogLevel(LOUD)
    if pixels is None or pixels.dtype != page.dtype:
        name = getattr(page.compression, 'name', page.compression)
        raise ValueError(f'damaged, or not known with the compression {name}')
    return pixels if pixels.ndim == 2 else pixels[..., [2, 1, 0]]
