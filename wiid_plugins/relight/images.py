"""Change the light of picture files: threads read and write while the network runs."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from ..images import PLAIN, UnreadableImageError, decode
from .ahead import ahead
from .light import Relight
from .tree import Job, Outcome, UnreadableError, check_file, whole_output

THREADS = 4  # reading and writing leave the interpreter lock; more do not pay beside a network
RAW_PIXELS = 2**24  # taken for what camera RAW and HEIC have, whose headers Pillow does not read
BATCH_PIXELS = 2**22  # a batch ends here, so that large photos go one by one
WAITING_BYTES = 2**28  # of decoded pictures that wait for others of their size


@dataclass(frozen=True)
class Picture:
    """An image on its way, see ``Outcome``.

    Args:
        job: What becomes what.
        pixels: ``(H, W, 3)`` RGB: uint8, uint16, or float32 in [0, 1]; None: see ``reason``.
        reason: Why there are no pixels.
        note: What of the input is not taken.
    """

    job: Job
    pixels: np.ndarray | None
    reason: str | None = None
    note: str | None = None


def write_picture(pixels: np.ndarray, target: Path, jpeg: int | None = None) -> None:
    """Write ``(H, W, 3)`` uint8 or uint16 RGB as PNG, or uint8 as JPEG of a quality in [1, 100].

    Raises:
        UnreadableError: If its kind of file cannot hold it, or none can have its name.
        OSError: If the file cannot be written.
    """
    flags = [cv2.IMWRITE_PNG_COMPRESSION, 1] if jpeg is None else [cv2.IMWRITE_JPEG_QUALITY, jpeg]
    try:
        done, data = cv2.imencode(target.suffix, cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), flags)
    except cv2.error:
        done = False
    if not done:
        size = f'{pixels.shape[1]} x {pixels.shape[0]} px'
        mend = 'cut it' if jpeg is None else 'JPEG holds 65,500 a side; leave out --jpeg'
        raise UnreadableError(f'{size} are too many for {target.suffix}: {mend}')
    with whole_output(target) as part:
        part.write_bytes(data.data)


def convert_images(
    jobs: Sequence[Job], relight: Relight, jpeg: int | None = None
) -> Iterator[Outcome]:
    """Convert pictures; give each outcome when its file is written, or with why it is not.

    Raises:
        OSError: If an output cannot be written.
    """

    def store(picture: Picture) -> Outcome:
        if picture.pixels is None:
            return Outcome(picture.job, picture.reason)
        try:
            write_picture(picture.pixels, picture.job.target, jpeg)
        except UnreadableError as error:
            return Outcome(picture.job, str(error))
        return Outcome(picture.job, note=picture.note)

    pool = ThreadPoolExecutor(THREADS)
    try:
        count = relight.batch + THREADS
        read = ahead(pool, _load, jobs, count, _size_of_job)
        yield from ahead(pool, store, _treat(read, relight), count, _size_of_picture)
    finally:
        pool.shutdown(cancel_futures=True)


def _load(job: Job) -> Picture:
    try:
        check_file(job)
        return Picture(job, decode(job.source), note=_left_out(job.source))
    except UnreadableImageError as error:
        return Picture(job, None, error.reason)
    except UnreadableError as error:
        return Picture(job, None, str(error))


def _left_out(path: Path) -> str | None:
    """Say what of an animated WebP or PNG, or of a TIFF with several pages, is not taken."""
    if path.suffix.lower() not in ('.png', '.tif', '.tiff', '.webp'):
        return None  # Pillow counts the thumbnails of a phone's JPEG as frames
    try:
        with Image.open(path) as picture:
            count = getattr(picture, 'n_frames', 1)
    except UnidentifiedImageError:  # TIFF of floats, say, which another library reads
        return None
    except Exception:  # damaged behind the first, which is read
        return 'is damaged behind its first frame, which is taken'
    pages = path.suffix.lower().startswith('.tif')
    what = (
        'pages is taken; save each as a file' if pages else 'frames is taken; save them as a clip'
    )
    return f'only the first of its {count} {what}' if count > 1 else None


def _size_of_job(job: Job) -> int:
    """How many pixels a file says that it has; 0 if it is damaged."""
    if job.source.suffix.lower() not in PLAIN:
        return RAW_PIXELS
    if not job.state:
        return 0
    try:
        with Image.open(job.source) as image:
            return image.width * image.height
    except Exception:  # whatever damaged data lead Pillow into; reading says it
        return 0


def _size_of_picture(picture: Picture) -> int:
    return 0 if picture.pixels is None else picture.pixels.size // 3


def _treat(pictures: Iterable[Picture], relight: Relight) -> Iterator[Picture]:
    for group in _same_size(pictures, relight.batch):
        if group[0].pixels is None:
            yield from group
            continue
        try:
            pixels = [p.pixels for p in group if p.pixels is not None]
            treated = relight.pictures(pixels, group[0].job.name)
        except UnreadableError as error:
            yield from (Picture(p.job, None, str(error)) for p in group)
            continue
        yield from (replace(p, pixels=t) for p, t in zip(group, treated, strict=True))


def _same_size(pictures: Iterable[Picture], batch: int) -> Iterator[list[Picture]]:
    """Group pictures of one size and depth, within bounds of memory; the unreadable come at once."""
    waiting: dict[tuple, list[Picture]] = {}
    for picture in pictures:
        if picture.pixels is None:
            yield [picture]
            continue
        size = picture.pixels.shape
        kind = (*size, picture.pixels.dtype)
        group = waiting.setdefault(kind, [])
        group.append(picture)
        if len(group) == batch or len(group) * size[0] * size[1] >= BATCH_PIXELS:
            yield waiting.pop(kind)
        elif _too_many(waiting, batch):
            yield waiting.pop(next(iter(waiting)))
    yield from waiting.values()


def _too_many(waiting: dict[tuple, list[Picture]], batch: int) -> bool:
    count = sum(len(group) for group in waiting.values())
    firsts = ((len(group), group[0].pixels) for group in waiting.values())
    size = sum(number * pixels.nbytes for number, pixels in firsts if pixels is not None)
    return count >= 8 * batch or size >= WAITING_BYTES
