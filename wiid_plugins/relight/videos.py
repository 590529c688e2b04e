"""Change the light of video files: the same parameters for all frames of a clip."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np

from .light import Relight
from .tree import Job, UnreadableError, check_file, whole_output

SAMPLE = 16  # frames that the parameters of a clip are found on
# Finer than the eye sees: in a dark video, what H.264 drops first is the noise and the dim detail.
QUALITY = {'crf': '12', 'preset': 'veryfast'}


@dataclass(frozen=True)
class Clip:
    """What is known of a video once it was read through.

    Args:
        count: Number of frames.
        rate: Frames per second.
        sample: Up to 16 frames at even distances, each ``(H, W, 3)`` uint8 RGB.
    """

    count: int
    rate: Fraction
    sample: Sequence[np.ndarray]


def convert_video(job: Job, relight: Relight, advance: Callable[[int, int], None]) -> None:
    """Convert a video to H.264 in MP4, with its count, rate and size of frames, without sound.

    Of a video with a varying rate the mean rate is kept.

    Args:
        job: The video.
        relight: What changes the light.
        advance: Called with the number of frames just done and the number of all.

    Raises:
        UnreadableError: If the input is damaged or no video, or of a size or rate that H.264 has not.
        OSError: If the output cannot be written.
    """
    check_file(job)
    clip = survey(job.source)
    treat = relight.for_clip(clip.sample, job.name)
    with whole_output(job.target) as part, _writer(part, clip) as write:
        frames_left = read_frames(job.source)
        while frames := list(islice(frames_left, relight.batch)):
            for frame in treat(frames):
                write(frame)
            advance(len(frames), clip.count)


def survey(path: Path) -> Clip:
    """Read a video through once.

    Raises:
        UnreadableError: If it is damaged, no video, or has fewer frames than it announces.
    """
    sample, stride, count = [], 1, 0
    for frame in _decode(path):
        if count % stride == 0:
            sample.append(_pixels(frame))
        if len(sample) > SAMPLE:
            sample, stride = sample[::2], 2 * stride
        count += 1
    with av.open(_address(path)) as container:
        stream = container.streams.video[0]
        announced, rate = stream.frames, stream.average_rate or stream.guessed_rate
    if count == 0 or count < announced:
        raise UnreadableError(f'holds {count} readable frames of the {announced} it announces')
    if rate is None:
        raise UnreadableError('does not say how many frames per second it has')
    return Clip(count, rate, sample)


def read_frames(path: Path) -> Iterator[np.ndarray]:
    """Give the frames of a video, ``(H, W, 3)`` uint8 RGB, upright as its rotation data say.

    Raises:
        UnreadableError: If it is damaged or no video.
    """
    return map(_pixels, _decode(path))


def _decode(path: Path) -> Iterator[av.VideoFrame]:
    if path.stat().st_size == 0:
        raise UnreadableError('is empty')
    size = None
    try:
        with av.open(_address(path)) as container:
            if not container.streams.video:
                raise UnreadableError('holds no video')
            container.streams.video[0].thread_type = 'AUTO'
            for frame in container.decode(video=0):
                size = size or (frame.width, frame.height)
                if size != (frame.width, frame.height):
                    raise UnreadableError('changes the size of its frames')
                yield frame
    except av.FFmpegError as error:
        raise UnreadableError(f'not readable as a video ({error.strerror})') from None


def _address(path: Path) -> str:
    """Name a file for FFmpeg, which takes what stands before a colon for a protocol."""
    return os.path.abspath(path)


def _pixels(frame: av.VideoFrame) -> np.ndarray:
    return np.rot90(frame.to_ndarray(format='rgb24'), frame.rotation // 90)


@contextmanager
def _writer(path: Path, clip: Clip) -> Iterator[Callable[[np.ndarray], None]]:
    """Yield what appends a frame; OpenCV's writer would cut the last row or column of odd sizes."""
    height, width = clip.sample[0].shape[:2]
    try:
        with av.open(_address(path), 'w', format='mp4') as container:
            stream = container.add_stream('libx264', rate=clip.rate, options=QUALITY)
            stream.height, stream.width = height, width
            odd = height % 2 or width % 2
            stream.pix_fmt = 'yuv444p' if odd else 'yuv420p'  # halved colour needs even sizes

            def write(frame: np.ndarray) -> None:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format='rgb24')))

            yield write
            container.mux(stream.encode())
    except av.FFmpegError as error:
        if isinstance(error, OSError):  # a full disk, say, and no fault of the clip
            raise
        about = f'{width} x {height} px at {float(clip.rate):.4g} frames per second'
        raise UnreadableError(f'the H.264 encoder does not take {about}') from None
