"""A visitor's photo or clip, brightened: at once as a preview, and whole as a file."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..apis.device import choose_device
from ..images import as_bytes
from ..media import ClipError, is_clip
from ..relight.images import write_picture
from ..relight.light import Relight
from ..relight.tree import Job, UnreadableError
from ..relight.videos import convert_video, sample
from ..translation import Light, build_enhancer
from .night import smaller
from .uploads import RefusedUpload, open_clip, read_photo

SIDE = 1280  # px of a preview
CLIP_SIDE = 640  # px of the frames that the preview of a clip is fitted on
MOST_WAIT = 300  # seconds that a clip may take
METHODS = {'procedural': 'one curve', 'zero-dce': 'Zero-DCE'}


@dataclass(frozen=True)
class Given:
    """What a visitor gave, in the size of a preview.

    Args:
        path: The file.
        frames: The photo, or frames of the clip at even distances, ``(H, W, 3)`` RGB.
        clip: Whether it is a clip.
    """

    path: Path
    frames: tuple[np.ndarray, ...]
    clip: bool


class Brightening:
    """Brighten by the methods that are there.

    Args:
        zero_dce: File of weights of Zero-DCE; None: there are none.

    Raises:
        FileNotFoundError: If there is no such file.
        pickle.UnpicklingError: If it holds what may not be in it.
        ValueError: If it holds other weights.
    """

    def __init__(self, zero_dce: Path | None = None):
        self.device = choose_device('auto')
        self._zero_dce = build_enhancer('zero-dce', weights=zero_dce) if zero_dce else None
        self.methods = [method for method in METHODS if method == 'procedural' or zero_dce]

    def give(self, path: str | Path) -> Given:
        """Read what a preview needs.

        Raises:
            RefusedUpload: If it is damaged, too large or too long.
        """
        path = Path(path)
        if not is_clip(path):
            return Given(path, (smaller(read_photo(path), SIDE),), clip=False)
        clip = open_clip(path)
        try:
            frames = tuple(smaller(frame, CLIP_SIDE) for frame in sample(clip))
        except ClipError as error:
            raise RefusedUpload(str(error)) from None
        return Given(path, frames, clip=True)

    def preview(self, given: Given, method: str, target: float) -> tuple[np.ndarray, np.ndarray]:
        """Give the photo, or the middle frame, before and after, ``(H, W, 3)`` uint8 RGB."""
        relight = self._relight(method, target)
        middle = given.frames[len(given.frames) // 2]
        if given.clip:
            (after,) = relight.for_clip(given.frames, given.path.name)([middle])
        else:
            (after,) = relight.pictures([middle], given.path.name)
        return as_bytes(middle), after

    def make(
        self,
        given: Given | None,
        method: str,
        target: float,
        folder: Path,
        progress: Callable[[float], None],
    ) -> Path:
        """Write the whole of it as PNG or MP4 to a folder.

        Args:
            given: By :meth:`give`; None: nothing yet.
            method: One of ``methods``.
            target: Mean grey aimed at; Zero-DCE has none.
            folder: Where the file goes.
            progress: Called with the share of a clip that is done.

        Raises:
            RefusedUpload: If there is nothing, it cannot be read to its end, or takes too long.
        """
        if given is None:
            raise RefusedUpload('give a photo or a clip first')
        relight = self._relight(method, target)
        target_file = folder / f'{given.path.stem}_brightened.{"mp4" if given.clip else "png"}'
        try:
            if given.clip:
                job = Job(given.path.name, given.path, target_file, (given.path.stat().st_size, 0))
                convert_video(job, relight, _watch(given.path.name, progress))
            else:
                pixels = relight.pictures([read_photo(given.path)], given.path.name)[0]
                write_picture(pixels, target_file)
        except UnreadableError as error:
            raise RefusedUpload(f'{given.path.name}: {error}') from None
        return target_file

    def _relight(self, method: str, target: float) -> Relight:
        light: Light = build_enhancer(target=target)
        if method == 'zero-dce' and self._zero_dce is not None:
            light = self._zero_dce
        return Relight(light, self.device, seed=0, batch=4)


def _watch(name: str, progress: Callable[[float], None]) -> Callable[[int, int], None]:
    """Report what is done of a clip, and end what takes too long."""
    end, done = time.monotonic() + MOST_WAIT, 0

    def advance(count: int, total: int) -> None:
        nonlocal done
        done += count
        progress(done / total)
        if time.monotonic() > end:
            raise RefusedUpload(
                f'{name}: was at {done / total:.0%} after {MOST_WAIT // 60} minutes; cut it or make '
                'it smaller, or use wiid enhance, which waits'
            )

    return advance
