"""Which frames a clip shows and when, found without decoding it."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np

HIDDEN = 0x10  # in the first byte of a VP8 frame; unset: it is never shown


class BrokenClip(Exception):  # noqa: N818  (a reason, to which the name is added)
    """Why a clip cannot be read."""


@dataclass(frozen=True)
class Index:
    """The frames of a clip in the order they are shown.

    Args:
        stamps: When each is shown, ``(N,)`` int64, in units of the stream.
        end: When the last one ends, in the same units.
        keys: Frames that decoding can begin at, or that are hidden: ``(stamp, decoding stamp)``, in
            order. Empty where stamps say nothing: then frames are counted from the first.
    """

    stamps: np.ndarray
    end: int
    keys: Sequence[tuple[int, int]]


def make_index(container: av.container.InputContainer, stream: av.VideoStream) -> Index | None:
    """Read a clip through without decoding it.

    Returns:
        None if only decoding tells its frames: packets without a time, as in AVI, or two of one.

    Raises:
        BrokenClip: If it ends long before it says, or holds no frame.
    """
    packets = list(_packets(container, stream))
    if not packets:
        raise BrokenClip('holds no frame')
    keys = [p for p in packets if p[2]]
    known = [p for p in packets if p[0] is not None]
    guessed = container.format.name == 'avi' and stream.codec_context.has_b_frames
    if guessed or not keys or len({p[0] for p in known}) < len(packets):
        return None
    first = packets.index(keys[0])  # what comes before it lacks what it builds on
    shown = sorted(p for p in packets[first:] if p[3] and (p[0] >= keys[0][0] or not keys[0][3]))
    if not shown:
        raise BrokenClip('holds no frame')
    stamps = np.array([p[0] for p in shown], np.int64)
    end = int(stamps[-1]) + (shown[-1][4] or _usual_gap(stamps))
    _check_end(container, stream, stamps, end, len(packets))
    return Index(stamps, end, sorted((p[0], p[0] if p[1] is None else p[1]) for p in keys))


def _packets(container, stream) -> Iterator[tuple[int, int | None, bool, bool, int]]:
    """Stamp, decoding stamp, whether decoding can begin there, whether it is shown, duration."""
    hides = stream.codec_context.name == 'vp8'
    with suppress(av.FFmpegError):  # what is there may well be all
        for packet in container.demux(stream):
            if packet.size:
                shown = not packet.is_discard
                if hides:
                    shown = shown and bool(memoryview(packet)[0] & HIDDEN)
                yield packet.pts, packet.dts, packet.is_keyframe, shown, packet.duration or 0


def _usual_gap(stamps: np.ndarray) -> int:
    return int(np.median(np.diff(stamps))) if len(stamps) > 1 else 1


def _check_end(container, stream, stamps: np.ndarray, end: int, packets: int) -> None:
    """Compare with the length that the header announces, which an edit list has shortened.

    Raises:
        BrokenClip: If more than two frames and 2 % are missing.
    """
    base, name = stream.time_base, container.format.name
    announced = last = Fraction(0)
    if name.startswith('mov') and stream.duration:
        start = min(stream.start_time or 0, int(stamps[0]))
        announced, last = (start + stream.duration) * base, end * base
    elif name == 'avi' and stream.frames:  # its length is guessed from the size of the file
        announced, last = stream.frames * base, packets * base
    elif name.startswith('matroska') and container.duration:
        announced, last = Fraction(container.duration, 1_000_000), end * base
    gaps = np.diff(stamps, prepend=stamps[0] - 1)
    slack = max(2 * int(gaps.max()) * base, announced / 50)
    if last + slack < announced and name.startswith('matroska'):  # the sound may be longer
        last = max(last, *_ends(container))
    if last + slack < announced:
        raise BrokenClip(f'breaks off after {float(last):.4g} of {float(announced):.4g} seconds')


def _ends(container) -> Iterator[Fraction]:
    """When each packet of each stream ends, in seconds."""
    yield Fraction(0)
    with suppress(av.FFmpegError):
        container.seek(0)
        for packet in container.demux():
            if packet.pts is not None:
                yield (packet.pts + (packet.duration or 0)) * packet.time_base
