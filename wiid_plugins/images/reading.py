"""Read any image file."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from .cameras import decode_heif, decode_raw
from .kinds import HEIF, RAW
from .pixels import DEEP, RefusedError, UnreadableImageError, as_floats, light, three_channels, turn
from .tiff import decode_deep_tiff, is_tiff

ORIENTATION = 0x0112  # of EXIF
BITS = 258  # of TIFF
ROWS = 256  # that become an array at a time
PNG = b'\x89PNG\r\n\x1a\n'


def read_image(path: str | Path) -> np.ndarray:
    """Read any image as light, ``(H, W, 3)`` float32 RGB in [0, 1]; see :func:`decode`.

    Raises:
        UnreadableImageError: If it can't be read.
    """
    return as_floats(decode(path))


def decode(path: str | Path) -> np.ndarray:
    """Read any image with the bits it has, upright as its EXIF data say.

    Grey, palette and CMYK images become RGB, transparency is dropped, of several pages or frames the
    first is taken. Camera RAW is developed with the camera's white balance, never brightened, and
    encoded with the curve of sRGB, as other images are.

    Returns:
        ``(H, W, 3)`` RGB: uint8; uint16, white being 65535; or float32 in [0, 1], which includes
        integers of 32 bits.

    Raises:
        UnreadableImageError: If it is damaged, no image, too large, or has values that are no light.
    """
    try:
        return _decode(Path(path))
    except RefusedError as error:
        reason, mend = str(error), error.mend
    except Exception as error:  # decoders raise whatever a damaged file leads them into
        reason = ' '.join(str(error).replace(f' {str(path)!r}', '').split()) or type(error).__name__
        mend = 'replace or remove the file'
    raise UnreadableImageError(path, f'not readable as a picture ({reason}); {mend}')


def _decode(path: Path) -> np.ndarray:
    suffix = path.suffix.lower()
    if suffix in RAW:
        return decode_raw(path)
    if suffix in HEIF:
        return decode_heif(path)
    try:
        with Image.open(path) as image:
            if not isinstance(image, TiffImageFile) or max(image.tag_v2.get(BITS, (1,))) <= 8:
                return _read(image, path)
    except UnidentifiedImageError:  # TIFF of more kinds of numbers than Pillow has
        if not is_tiff(path):
            raise
    return decode_deep_tiff(path)


def _read(image: Image.Image, path: Path) -> np.ndarray:
    """Read by Pillow, as OpenCV fills the missing rows of a truncated JPEG with grey and goes on.

    Of 16 bits in colour Pillow keeps the upper 8: such files, if they are whole, go to OpenCV.
    """
    white = _deep_white(image)
    image.load()
    orientation = _orientation(image)
    if white:
        image.close()  # for its memory
        pixels = _deep_colour(path, white)
    elif image.mode.startswith('I'):
        pixels = light(np.asarray(image), DEEP)
    elif image.mode == 'F':
        pixels = light(np.asarray(image))
    else:
        pixels = _eight_bits(image)
    return turn(three_channels(pixels), orientation)


def _eight_bits(image: Image.Image) -> np.ndarray:
    """``(H, W, 3)`` uint8 RGB, by rows: Pillow's own way holds a large image five times at once."""
    image.info.pop('transparency', None)  # of palettes; Pillow warns of what is dropped anyway
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    for top in range(0, image.height, ROWS):
        box = (0, top, image.width, min(top + ROWS, image.height))
        pixels[top : top + ROWS] = np.asarray(image.crop(box).convert('RGB'))
    return pixels


def _deep_white(image: Image.Image) -> int | None:
    """The white of a colour image, or grey with transparency, of more than 8 bits a channel."""
    tiles = getattr(image, 'tile', None)
    if image.mode.startswith(('I', 'F')) or not tiles:
        return None
    how = tiles[0][3]
    if image.format == 'PPM' and isinstance(how, tuple) and how[1] > 255:
        return how[1]
    return DEEP if image.format == 'PNG' and isinstance(how, str) and ';16' in how else None


def _deep_colour(path: Path, white: int) -> np.ndarray:
    data = path.read_bytes()
    if data.startswith(PNG):
        _check_chunks(data)
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    del data  # for its memory
    if pixels is None or pixels.dtype != np.uint16:
        raise ValueError('the data are damaged')
    return light(three_channels(pixels)[..., ::-1], white)


def _check_chunks(data: bytes) -> None:
    """Refuse PNG with a chunk longer than the file, for which OpenCV takes up to 2 GB of memory."""
    place = len(PNG)
    while place < len(data):
        length, kind = int.from_bytes(data[place : place + 4], 'big'), data[place + 4 : place + 8]
        place += 12 + length
        if place > len(data):
            raise ValueError(f'the data end in the middle of {kind!r}')
        if kind == b'IEND':
            return


def _orientation(image: Image.Image) -> object:
    """How to turn it by its EXIF data; damaged ones say nothing."""
    try:
        return image.getexif().get(ORIENTATION)
    except Exception:  # whatever damaged data lead Pillow into; the pixels are read
        return None
