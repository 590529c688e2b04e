"""What a run says in the end, in characters that every terminal can show."""

import sys
from collections.abc import Mapping

SHOWN = 6  # kinds of other files
PICTURES = '.avif .j2k .jp2 .jxl .psd .tga'
CLIPS = '.3gp .apng .flv .m2ts .mts .ogv .ts'
MENDS = {
    PICTURES: 'pictures of kinds that this tool does not read; save them as JPEG, PNG or TIFF',
    CLIPS: 'clips of kinds that this tool does not read; ffmpeg -i FILE FILE.mp4 makes them MP4',
}


def printable(text: str) -> str:
    """Escape what does not belong on a line: control characters and names that are not UTF-8."""
    text = text.encode(errors='backslashreplace').decode()
    return ''.join(c if c.isprintable() or ord(c) > 0x9F else repr(c)[1:-1] for c in text)


def say(text: str, stream=None) -> None:
    """Write a line, in whatever the stream can encode."""
    stream = stream or sys.stdout
    encoding = getattr(stream, 'encoding', None) or 'utf-8'
    stream.write(text.encode(encoding, 'backslashreplace').decode(encoding) + '\n')


def count_kinds(kinds: Mapping[str, int]) -> str:
    """List how many files there are of each kind, as in ``' (2 .heic, 1 .txt)'``."""
    if not kinds:
        return ''
    common = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    parts = [f'{count} {printable(kind) or "without suffix"}' for kind, count in common[:SHOWN]]
    return f' ({", ".join(parts)}{", ..." if len(common) > SHOWN else ""})'


def mends(kinds: Mapping[str, int]) -> list[str]:
    """Say what to do with pictures and clips among the other files."""
    found = {names: sorted(kinds.keys() & set(names.split())) for names in MENDS}
    return [f'{" ".join(here)}: {MENDS[names]}' for names, here in found.items() if here]
