"""What a visitor gives: what is refused, and what is read of it."""

from contextlib import suppress
from pathlib import Path

import numpy as np
from PIL import Image

from ..images import SUFFIXES as IMAGES
from ..images import UnreadableImageError, decode
from ..media import MEND, Clip, ClipError, is_clip
from ..media import SUFFIXES as CLIPS

MOST_BYTES = 25 * 2**20
MOST_PIXELS = 50_000_000
MOST_SECONDS = 60


class RefusedUpload(ValueError):  # noqa: N818  (it is no fault of the program)
    """A file that the page does not take; the message says why, and what to do."""


def check_file(path: str | Path) -> None:
    """Refuse a file that is too large, empty, or of a kind that is not read.

    Raises:
        RefusedUpload: If so.
    """
    path = Path(path)
    size = path.stat().st_size
    if path.suffix.lower() not in IMAGES | CLIPS:
        raise RefusedUpload(
            f'{path.name}: is neither a photo nor a clip by its name; save it as JPEG, PNG or MP4'
        )
    if not 0 < size <= MOST_BYTES:
        raise RefusedUpload(
            f'{path.name}: has {size / 2**20:.1f} MB; a file has more than 0 and at most '
            f'{MOST_BYTES // 2**20} MB'
        )


def read_photo(path: str | Path) -> np.ndarray:
    """Read an image with the bits it has, see :func:`~wiid_plugins.images.decode`.

    Raises:
        RefusedUpload: If it is no image, damaged or too large.
    """
    path = Path(path)
    check_file(path)
    if is_clip(path):
        raise RefusedUpload(f'{path.name}: is a clip; here a photo is wanted')
    with suppress(Exception), Image.open(path) as image:  # RAW, say, which has few per byte
        _check_pixels(path, *image.size)
    try:
        pixels = decode(path)
    except UnreadableImageError as error:
        raise RefusedUpload(f'{path.name}: {error.reason}') from None
    _check_pixels(path, *pixels.shape[1::-1])
    return pixels


def open_clip(path: str | Path) -> Clip:
    """Open a clip.

    Raises:
        RefusedUpload: If it is damaged or too long.
    """
    path = Path(path)
    check_file(path)
    try:
        clip = Clip(path, threads=0, name=path.name)
    except ClipError as error:
        raise RefusedUpload(f'{path.name}: {error.reason}; {MEND}') from None
    seconds = len(clip) / clip.rate
    if seconds > MOST_SECONDS:
        raise RefusedUpload(
            f'{path.name}: lasts {seconds:.0f} s; cut it to {MOST_SECONDS} s or less: '
            f'ffmpeg -i CLIP -t {MOST_SECONDS} NEW.mp4'
        )
    return clip


def _check_pixels(path: Path, width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise RefusedUpload(
            f'{path.name}: {width} x {height} px are more than {MOST_PIXELS // 10**6} million; '
            'make it smaller'
        )
