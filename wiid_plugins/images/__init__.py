"""One reader of image files, which keeps the bits they have: in the dark all is in the lowest."""

from .kinds import HEIF, PLAIN, RAW, SUFFIXES
from .pixels import UnreadableImageError, as_bytes, as_floats
from .reading import decode, read_image

__all__ = [
    'HEIF',
    'PLAIN',
    'RAW',
    'SUFFIXES',
    'UnreadableImageError',
    'as_bytes',
    'as_floats',
    'decode',
    'read_image',
]
