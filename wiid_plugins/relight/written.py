"""Write a clip again: other pixels at the same times, with the sound and the tags that it has."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from ..media import Clip
from ..media.pixels import MATRICES, is_turned, matrix_of
from .tree import UnreadableError

# Finer than the eye sees: in a dark video, what H.264 drops first is the noise and the dim detail.
QUALITY = {'crf': '12', 'preset': 'veryfast'}


@contextmanager
def video_file(path: Path, clip: Clip) -> Iterator['VideoFile']:
    """Yield what appends frames to an MP4 file, whose sound is that of a clip.

    PyAV, as OpenCV's writer would cut the last row or column of odd sizes.

    Raises:
        UnreadableError: If H.264 has no such size or rate.
        OSError: If the file cannot be written.
    """
    file = None
    try:
        with av.open(os.path.abspath(path), 'w', format='mp4') as container:
            file = VideoFile(container, clip)
            yield file
            file.finish()
    except av.FFmpegError as error:
        if file is None or isinstance(error, OSError):  # a full disk, say, and no fault of the clip
            raise
        about = f'{file.size} at {clip.rate:.4g} frames per second'
        raise UnreadableError(f'the H.264 encoder does not take {about}') from None


class VideoFile:
    """An MP4 file in the making.

    Args:
        container: That is open for writing.
        clip: Whose frames are written anew.

    Attributes:
        note: What of the clip does not go into MP4.
        size: Of the frames, in words.
    """

    def __init__(self, container: av.container.OutputContainer, clip: Clip):
        self._container, self._clip = container, clip
        self._base, self._stamps = output_stamps(clip)
        self._next = iter(self._stamps)
        self._durations = {now: then - now for now, then in pairwise(self._stamps)}
        self._scaler = VideoReformatter()
        self._stream = container.add_stream(
            'libx264', rate=Fraction(clip.rate).limit_denominator(2**16), options=QUALITY
        )
        self._sound = Sound(clip, container)
        self._matrix, self.size, self.note = 0, '', self._sound.note

    def write(self, pixels: np.ndarray, source: av.VideoFrame) -> None:
        """Append ``(H, W, 3)`` uint8 RGB, upright, with the colour tags of the frame it is made of."""
        if not self._matrix:
            self._tag(source, *pixels.shape[:2])
        frame = self._scaler.reformat(
            av.VideoFrame.from_ndarray(pixels, format='rgb24'),
            format=self._stream.pix_fmt,
            src_colorspace=Colorspace.ITU601,
            dst_colorspace=self._matrix,
            dst_color_range=ColorRange.MPEG,
        )
        frame.time_base, frame.pts = self._base, next(self._next)
        self._sound.copy_until(frame.pts * self._base)
        self._mux(frame)

    def finish(self) -> None:
        """Write what the encoder holds back, and the rest of the sound."""
        self._mux(None)
        self._sound.copy_until(None)

    def _tag(self, source: av.VideoFrame, height: int, width: int) -> None:
        self.size = f'{width} x {height} px'
        self._matrix = matrix_of(source)
        context, meant = self._stream.codec_context, self._clip.stream.codec_context
        context.height, context.width, context.time_base = height, width, self._base
        odd = height % 2 or width % 2
        context.pix_fmt = 'yuv444p' if odd else 'yuv420p'  # halved colour needs even sizes
        known = int(source.colorspace)
        tag = known if known in MATRICES else (1 if self._matrix == Colorspace.ITU709 else 6)
        context.colorspace, context.color_range = tag, ColorRange.MPEG
        context.color_primaries, context.color_trc = meant.color_primaries, meant.color_trc
        aspect = Fraction(self._clip.stream.sample_aspect_ratio or 1)
        if aspect not in (0, 1):
            context.sample_aspect_ratio = 1 / aspect if is_turned(source) else aspect

    def _mux(self, frame: av.VideoFrame | None) -> None:
        for packet in self._stream.encode(frame):
            packet.duration = self._durations[packet.pts]
            self._container.mux(packet)


class Sound:
    """The sound of a clip, on its way into an MP4 file as it is.

    Args:
        clip: That may have none.
        target: The file.

    Attributes:
        note: Of a sound that MP4 does not hold.
    """

    def __init__(self, clip: Clip, target: av.container.OutputContainer):
        self._target, self.note = target, None
        self._source = clip.opened() if clip.container.streams.audio else None
        self._start = start_of(clip)
        self._streams = {}
        for stream in self._source.streams.audio if self._source else ():
            name = stream.codec_context.name if stream.codec_context else 'of an unknown kind'
            if name in target.supported_codecs:
                self._streams[stream.index] = target.add_stream_from_template(stream)
            else:
                self.note = f'its sound ({name}) does not go into MP4 and is left out'
        self._packets = self._read()
        self._waiting = next(self._packets, None)

    def copy_until(self, time: Fraction | None) -> None:
        """Copy what is heard up to a time in seconds; all that is left if None."""
        while self._waiting and (
            time is None or self._waiting.dts * self._waiting.time_base <= time
        ):
            self._target.mux(self._waiting)
            self._waiting = next(self._packets, None)

    def _read(self) -> Iterator[av.Packet]:
        if self._source is None or not self._streams:
            return
        last: dict[int, int] = {}
        with suppress(av.FFmpegError):  # damaged sound ends there
            for packet in self._source.demux(list(self._source.streams.audio)):
                index, shift = packet.stream_index, round(self._start / packet.time_base)
                if packet.dts is None or packet.pts is None or index not in self._streams:
                    continue
                packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
                if packet.dts > last.get(index, packet.dts - 1):
                    last[index] = packet.dts
                    packet.stream = self._streams[index]
                    yield packet


def start_of(clip: Clip) -> Fraction:
    """When a player's clock begins, in seconds of the clip's own."""
    return Fraction(clip.container.start_time or 0, av.time_base)


def output_stamps(clip: Clip) -> tuple[Fraction, list[int]]:
    """Give the times of the frames and of the end, in a unit of seconds.

    Files that count in milliseconds get back the even rate that they announce.
    """
    base = Fraction(clip.time_base)
    stamps = [*clip.index.stamps.tolist(), clip.index.end]
    start = start_of(clip) / base
    rate = Fraction(clip.stream.average_rate or 0)
    if rate:
        first = round((stamps[0] - start) * base * rate)
        off = (abs((s - start) * base * rate - i) for i, s in enumerate(stamps[:-1], first))
        if max(off) <= base * rate:
            return 1 / rate, list(range(first, first + len(stamps)))
    shift = round(start)
    return base, [stamp - shift for stamp in stamps]
