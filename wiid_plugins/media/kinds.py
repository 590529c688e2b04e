"""Which files are clips, by their suffix, and images that move by what is in them."""

from contextlib import suppress
from pathlib import Path

SUFFIXES = frozenset(
    [
        '.avi',
        '.gif',
        '.m4v',
        '.mkv',
        '.mov',
        '.mp4',
        '.mpeg',
        '.mpg',
        '.webm',
        '.wmv',
    ]  # and animated .webp
)
ANIMATED = 2  # in byte 20 of a WebP


def is_clip(path: str | Path) -> bool:
    """Whether a file is a video, an animated GIF or an animated WebP."""
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix != '.webp' or not path.is_file():
        return suffix in SUFFIXES
    with suppress(OSError), path.open('rb') as stream:
        head = stream.read(21)
        return head[12:16] == b'VP8X' and len(head) == 21 and bool(head[20] & ANIMATED)
    return False
