"""Change the light of video files: the same parameters for all frames of a clip."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice

import numpy as np

from ..media import MEND, Clip, ClipError
from .light import Relight
from .tree import Job, UnreadableError, check_file, whole_output
from .written import video_file

SAMPLE = 16  # frames that the parameters of a clip are found on


def convert_video(job: Job, relight: Relight, advance: Callable[[int, int], None]) -> str | None:
    """Convert a video to H.264 in MP4: its frames at their times, upright, and its sound as it is.

    Args:
        job: The video, or an animated picture.
        relight: What changes the light.
        advance: Called with the number of frames just done and the number of all.

    Returns:
        What of it was left out, if anything.

    Raises:
        UnreadableError: If the input is damaged or no video, or of a size or rate that H.264 has not.
        OSError: If the output cannot be written.
    """
    check_file(job)
    with _unreadable():
        clip = Clip(job.source, threads=0)
        treat = relight.for_clip(sample(clip), job.name)
        with whole_output(job.target) as part, video_file(part, clip) as video:
            left = clip.decoded()
            while frames := list(islice(left, relight.batch)):
                treated = treat([clip.pixels(frame) for frame in frames])
                for pixels, frame in zip(treated, frames, strict=True):
                    video.write(pixels, frame)
                advance(len(frames), len(clip))
    return video.note


def sample(clip: Clip) -> list[np.ndarray]:
    """Give up to 16 frames of a clip at even distances, each ``(H, W, 3)`` uint8 RGB."""
    return clip.frames(range(0, len(clip), -(-len(clip) // SAMPLE)))


@contextmanager
def _unreadable() -> Iterator[None]:
    try:
        yield
    except ClipError as error:
        raise UnreadableError(f'{error.reason}; {MEND}') from None
