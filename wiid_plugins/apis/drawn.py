"""Files of drawn predictions: a JPEG per image, an MP4 per clip, camera and stream."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from ..images import as_bytes
from ..media import Clip
from ..relight.light import Relight
from ..relight.tree import whole_file
from ..relight.videos import sample
from .drawing import draw
from .lift import Lift, brightened
from .results import Prediction

QUALITY = 92  # of a JPEG
BASE = Fraction(1, 90000)  # s, of the times in a clip


def draw_image(found: Prediction, lift: Lift) -> np.ndarray:
    """Draw an image or a frame that was kept; see :func:`~wiid_plugins.apis.drawing.draw`."""
    assert found.image is not None
    came, light = as_bytes(found.image), lift.light if found.enhanced else None
    return draw(found, came, came if light is None else brightened(found.image, light))


def write_image(pixels: np.ndarray, target: Path) -> None:
    """Write ``(H, W, 3)`` RGB uint8 as a JPEG that is whole or not there."""
    flags = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    _, data = cv2.imencode('.jpg', np.ascontiguousarray(pixels[..., ::-1]), flags)
    with whole_file(target) as part:
        part.write_bytes(data.tobytes())


def draw_clip(found: Prediction, lift: Lift) -> Iterator[tuple[np.ndarray, float]]:
    """Draw every frame of a recognized clip, all brightened alike; give each with its time."""
    clip = Clip(found.source, threads=0)
    light = lift.light if found.enhanced else None
    lit = None
    if light is not None:
        lit = Relight(light, 'cpu', seed=0, batch=1).for_clip(sample(clip), found.source)
    for frame, time in zip(clip.decoded(), clip.times, strict=True):
        came = clip.pixels(frame)
        yield draw(found, came, came if lit is None else lit([came])[0]), float(time)


class Movie:
    """An MP4 in the making, of frames of one size.

    Args:
        container: That is open for writing.
    """

    def __init__(self, container: av.container.OutputContainer):
        self._container = container
        self._stream = container.add_stream('libx264', rate=25, options={'crf': '20'})
        self._stream.codec_context.time_base = BASE
        self._stream.codec_context.pix_fmt = 'yuv420p'
        self._size: tuple[int, int] | None = None
        self._stamp = -1

    def write(self, pixels: np.ndarray, time: float | None) -> None:
        """Append ``(H, W, 3)`` RGB uint8, of even sides, shown at a time in seconds."""
        height, width = pixels.shape[:2]
        if self._size is None:
            self._size = height, width
            self._stream.codec_context.height, self._stream.codec_context.width = self._size
        grown = self._fitted(pixels, self._size)
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(grown), format='rgb24')
        later = self._stamp + round(Fraction(1, 25) / BASE)
        stamp = later if time is None else round(time / BASE)
        self._stamp = max(stamp, self._stamp + 1)
        frame.pts, frame.time_base = self._stamp, BASE
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        """Write what the encoder holds back."""
        if self._size is not None:
            self._container.mux(self._stream.encode(None))

    @staticmethod
    def _fitted(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """Pad or cut below: the number of classes that are written there may vary."""
        short = size[0] - pixels.shape[0]
        return np.pad(pixels, ((0, max(0, short)), (0, 0), (0, 0)))[: size[0]]


@contextmanager
def movie(target: Path) -> Iterator[Movie]:
    """Yield what becomes an MP4 if the block succeeds, and is not there otherwise."""
    with whole_file(target) as part, av.open(str(part), 'w', format='mp4') as container:
        made = Movie(container)
        yield made
        made.finish()
