"""One reader of clips, over PyAV: the frames that a player shows, in its colours and upright."""

import io
import os
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import numpy as np

from .index import BrokenClip, Index, make_index
from .pixels import Pixels

MOST_PIXELS = 2**25  # of a frame; 8K has fewer, and a damaged header asks for more
COMPOSED = ('gif', 'apng', 'webp')  # a frame is drawn over all frames before it
# Tags that are no UTF-8 do not matter; PyAV 19 takes them as they are.
OPEN = {} if int(av.__version__.split('.')[0]) > 18 else {'metadata_errors': 'ignore'}
READS_WEBP = 'webp_anim' in av.codecs_available
MEND = 'replace the clip, or make it anew: ffmpeg -i CLIP -c:v libx264 NEW.mp4'


class ClipError(Exception):
    """A clip that cannot be read; the message names it, the reason and the mend.

    Args:
        name: Of the clip.
        reason: What is wrong.
    """

    def __init__(self, name: str, reason: str):
        super().__init__(f'{name}: {reason}; {MEND}')
        self.reason = reason


class Clip:
    """The frames of a video file, an animated GIF or an animated WebP.

    What an edit list leaves out, and hidden frames, do not count. Turned and mirrored clips are
    upright; colours are by the tags of the stream, or by its size where it has none. Frames are
    found by their times and decoded from the key frame before them.

    Args:
        source: A path, or the bytes of a file.
        threads: That decode; 0 leaves it to FFmpeg.
        name: In messages; the path if None.

    Attributes:
        index: When each frame is shown.
        time_base: Seconds per unit of the index.
        container: Where it is read from.
        stream: Of the container.

    Raises:
        ClipError: If it is damaged, breaks off, or holds no video.
    """

    def __init__(self, source: str | Path | bytes, threads: int = 1, name: str | None = None):
        self.name = name or (str(source) if isinstance(source, str | Path) else 'the clip')
        self._source, self._threads = source, threads
        self._pixels = Pixels()
        self._size: tuple[int, int] | None = None
        with self._faults():
            self._open()
            self.time_base = self.stream.time_base
            composed = self.container.format.name.startswith(COMPOSED)
            index = make_index(self.container, self.stream)
            if index is None:
                index = self._count()
            elif composed:
                index = replace(index, keys=())
            self.index: Index = index
        self._places = {int(stamp): i for i, stamp in enumerate(self.index.stamps)}

    def __len__(self) -> int:
        return len(self.index.stamps)

    @property
    def times(self) -> np.ndarray:
        """When each frame is shown, ``(N,)`` float64, seconds."""
        return self.index.stamps * float(self.time_base)

    @property
    def rate(self) -> float:
        """Mean number of frames per second."""
        return len(self) / ((self.index.end - int(self.index.stamps[0])) * float(self.time_base))

    def evenly(self) -> np.ndarray:
        """Give the frame shown at each tick of as many at an even distance, ``(N,)`` int64."""
        stamps = self.index.stamps
        ticks = np.linspace(int(stamps[0]), self.index.end, len(self), endpoint=False)
        return np.searchsorted(stamps, ticks, side='right') - 1

    def frames(self, indices: Sequence[int] | np.ndarray) -> list[np.ndarray]:
        """Give frames, each ``(H, W, 3)`` uint8 RGB and an array of its own.

        Raises:
            ClipError: If one cannot be decoded.
            IndexError: If there is no such frame.
        """
        wanted = sorted({int(i) for i in indices})
        if wanted and (wanted[0] < 0 or wanted[-1] >= len(self)):
            raise IndexError(f'{self.name}: has frames 0 to {len(self) - 1}, asked for {wanted}')
        found: dict[int, np.ndarray] = {}
        with self._faults():
            for index, frame in self._decode(wanted):
                found[index] = self._pixels(frame)
        used: set[int] = set()
        return [_own(found[i], i, used) for i in map(int, indices)]

    def decoded(self) -> Iterator[av.VideoFrame]:
        """Give all frames from the first, as FFmpeg holds them.

        Raises:
            ClipError: If one cannot be decoded, or the size changes.
        """
        with self._faults():
            for _, frame in self._decode(range(len(self))):
                yield frame

    def pixels(self, frame: av.VideoFrame) -> np.ndarray:
        """Convert a frame of :meth:`decoded`, ``(H, W, 3)`` uint8 RGB, upright."""
        with self._faults():
            return self._pixels(frame)

    def key_before(self, index: int) -> int:
        """Give the last frame up to this one that decoding can begin at."""
        place = bisect_right(self.index.keys, (int(self.index.stamps[index]), float('inf')))
        if place == 0:
            return 0
        return int(np.searchsorted(self.index.stamps, self.index.keys[place - 1][0]))

    def _decode(self, wanted: Sequence[int]) -> Iterator[tuple[int, av.VideoFrame]]:
        """Give some frames, their numbers in order; seek where that leaves frames out."""
        run: Iterator[tuple[int, av.VideoFrame]] = iter(())
        at, anew = -1, True
        for index in wanted:
            if anew or self.key_before(index) > at + 1:
                run, anew = self._run(self.key_before(index)), False
            at, frame = _reach(run, index)
            if at != index:  # the key frame was none
                at, frame = _reach(self._run(0), index)
                anew = True
            if at != index or frame is None:
                raise BrokenClip(f'its frame {index} of {len(self)} cannot be decoded')
            self._size = self._size or (frame.width, frame.height)
            if self._size != (frame.width, frame.height):
                raise BrokenClip('changes the size of its frames')
            yield at, frame

    def _run(self, key: int) -> Iterator[tuple[int, av.VideoFrame]]:
        """Decode from a frame on, with the numbers of the frames."""
        if not self.index.keys or key == 0 or not self._seek(int(self.index.stamps[key])):
            self._open()
        for number, frame in enumerate(self.container.decode(self.stream)):
            index = self._places.get(frame.pts) if self.index.keys else number
            if index is not None:
                yield index, frame

    def _seek(self, stamp: int) -> bool:
        """Go to a key frame; files are searched by the one or the other stamp."""
        pair = self.index.keys[bisect_right(self.index.keys, (stamp, float('inf'))) - 1]
        for target in dict.fromkeys(pair):
            self.container.seek(target, stream=self.stream)
            packet = next(self.container.demux(self.stream))
            if packet.pts is not None and packet.pts <= stamp and packet.is_keyframe:
                self.container.seek(target, stream=self.stream)
                return True
        return False

    def _count(self) -> Index:
        """Find the frames by decoding all."""
        self._open()
        stamps = [frame.pts for frame in self.container.decode(self.stream)]
        if not stamps:
            raise BrokenClip('holds no frame')
        known = None not in stamps and all(a < b for a, b in pairwise(stamps))
        rate = self.stream.average_rate or self.stream.guessed_rate or 25
        gap = max(1, round(1 / (rate * self.time_base)))
        found = (
            np.array(stamps, np.int64) if known else np.arange(len(stamps), dtype=np.int64) * gap
        )
        return Index(found, int(found[-1]) + gap, ())

    def opened(self) -> av.container.InputContainer:
        """Open the file once more."""
        if isinstance(self._source, bytes):
            return av.open(io.BytesIO(self._source), **OPEN)
        # FFmpeg takes what stands before a colon for a protocol.
        return av.open(os.path.abspath(self._source), **OPEN)

    def _open(self) -> None:
        self.container = self.opened()
        if self.container.format.name.startswith('webp') and not READS_WEBP:
            raise BrokenClip(
                'is a WebP, whose frames PyAV reads from release 19 on; save it as a GIF'
            )
        stream = self.container.streams.best('video')
        if stream is None:
            raise BrokenClip('holds no video')
        context = stream.codec_context
        if context is None:
            raise BrokenClip('is of a kind that PyAV does not decode')
        if context.width * context.height > MOST_PIXELS:
            raise BrokenClip(f'says it is {context.width} x {context.height} px')
        context.options = {'max_pixels': str(MOST_PIXELS)}
        if self._threads != 1:
            context.thread_type = 'AUTO'
        context.thread_count = self._threads
        self.stream = stream

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Name the clip in whatever a damaged file leads FFmpeg into."""
        try:
            yield
        except BrokenClip as error:
            raise ClipError(self.name, str(error)) from None
        except av.FFmpegError as error:
            raise ClipError(self.name, f'not readable as a video ({error.strerror})') from error
        except (ValueError, OverflowError, MemoryError) as error:
            raise ClipError(self.name, f'not readable as a video ({error})') from error


def _reach(
    run: Iterator[tuple[int, av.VideoFrame]], index: int
) -> tuple[int, av.VideoFrame | None]:
    for at, frame in run:
        if at >= index:
            return at, frame
    return -1, None


def _own(pixels: np.ndarray, index: int, used: set[int]) -> np.ndarray:
    """Copy what was given before: transforms change frames in place."""
    if index in used:
        return pixels.copy()
    used.add(index)
    return pixels
