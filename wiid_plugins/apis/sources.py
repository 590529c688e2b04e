"""What can be predicted on: files, folders, patterns, cameras, streams, and images in memory."""

import glob
import itertools
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import torch
from mmengine.logging import print_log

from ..images import SUFFIXES as IMAGES
from ..images import decode
from ..media import SUFFIXES as CLIPS
from ..media import Clip, is_clip
from .memory import IMAGE, as_pixels

PATIENCE = 10.0  # s without a frame, until a stream counts as broken off


@dataclass(frozen=True)
class Item:
    """An image, a frame or a clip on its way to a model.

    Args:
        source: Where it is from.
        read: Gives ``(H, W, 3)`` RGB: uint8, uint16, or float32 in [0, 1]; of a whole clip a path.
        frame: Number of the frame.
        time: When it is shown, in seconds.
        live: Whether more of it comes in its own time, so that nothing is to wait for it.
    """

    source: str
    read: Callable[[], Any]
    frame: int | None = None
    time: float | None = None
    live: bool = False


def find_items(inputs: Any, whole_clips: bool, every: int = 1) -> Iterator[Item]:
    """Find all images, frames and clips, in order.

    Args:
        inputs: See :class:`~wiid_plugins.Predictor`.
        whole_clips: Clips are for a recognizer; otherwise their frames are images.
        every: Take every so many frames only.

    Raises:
        FileNotFoundError: If a single path is not there, or a pattern or folder has nothing.
        OSError: If a camera or a stream can't be opened.
        TypeError: If it is none of these.
        ValueError: If a recognizer is given anything but files of clips.
    """
    numbers = itertools.count()
    if whole_clips and (isinstance(inputs, int) or is_live(inputs) or isinstance(inputs, IMAGE)):
        raise ValueError(
            'a recognizer takes files of clips; cut a stream into them by ffmpeg -f segment'
        )
    if isinstance(inputs, str | os.PathLike):
        yield from _named(os.fspath(inputs), whole_clips, every)
    elif isinstance(inputs, int):
        yield from _camera(inputs, every)
    elif isinstance(inputs, IMAGE):
        yield from _in_memory(inputs, numbers)
    elif isinstance(inputs, Iterable):
        for one in inputs:
            if isinstance(one, str | os.PathLike) and not is_live(one):
                yield from _file(os.fspath(one), whole_clips, every)
            elif whole_clips or isinstance(one, str | int):
                yield from find_items(one, whole_clips, every)
            else:
                yield from _in_memory(one, numbers)
    else:
        raise TypeError(
            f'a {type(inputs).__name__} is nothing to predict on; give paths, arrays, PIL images, '
            'tensors, the number of a camera, the address of a stream, or a list of these'
        )


def is_live(source: Any) -> bool:
    """Whether a text is the address of a stream, or the number of a camera."""
    name = str(source) if isinstance(source, str | os.PathLike) else ''
    return '://' in name or name.isdigit() and not Path(name).exists()


def find_files(name: str, whole_clips: bool) -> tuple[list[str], Counter]:
    """List the files of a path, a folder or a pattern, and count what is left out by its suffix.

    Raises:
        FileNotFoundError: If there is nothing.
    """
    if Path(name).is_file():
        return [name], Counter()
    if Path(name).is_dir():
        found = (os.path.join(at, f) for at, _, files in os.walk(name) for f in files)
    elif glob.has_magic(name):
        found = (f for f in glob.iglob(name, recursive=True) if os.path.isfile(f))
    else:
        raise FileNotFoundError(f'{name}: there is no such file or folder')
    known = CLIPS | {'.webp'} if whole_clips else IMAGES | CLIPS
    files, others = [], Counter[str]()
    for file in sorted(found):
        suffix = Path(file).suffix.lower()
        if suffix in known and (suffix != '.webp' or not whole_clips or is_clip(file)):
            files.append(file)
        else:
            others[suffix or 'no suffix'] += 1
    if not files:
        what = 'clip' if whole_clips else 'image and no clip'
        rest = ', '.join(f'{count} {suffix}' for suffix, count in others.most_common(5))
        raise FileNotFoundError(f'{name}: there is no {what} ({rest or "it is empty"})')
    return files, others


def _named(name: str, whole_clips: bool, every: int) -> Iterator[Item]:
    if is_live(name):
        yield from _camera(int(name), every) if name.isdigit() else _stream(name, every)
        return
    files, others = find_files(name, whole_clips)
    if others:
        print_log(f'{name}: {others.total()} other files left out: {dict(others)}', 'current')
    for file in files:
        yield from _file(file, whole_clips, every)


def _file(name: str, whole_clips: bool, every: int) -> Iterator[Item]:
    if whole_clips:
        yield Item(name, lambda: name)
    elif is_clip(name):
        yield from _frames(name, every)
    else:
        yield Item(name, lambda: decode(name))


def _frames(name: str, every: int) -> Iterator[Item]:
    """Give the frames of a clip; of a damaged one those before the damage, and the error."""
    try:
        clip = Clip(name, threads=0)
        for index, frame in enumerate(clip.decoded()):
            if index % every == 0:
                pixels = clip.pixels(frame)
                yield Item(name, _giver(pixels), index, float(clip.times[index]))
    except Exception as error:
        yield Item(name, _raiser(error))


def _camera(number: int, every: int) -> Iterator[Item]:
    camera = cv2.VideoCapture(number)
    if not camera.isOpened():
        raise OSError(
            f'camera {number}: is not there, or another program has it; look which numbers there are, '
            'on Linux by ls /dev/video*'
        )
    try:
        for index in itertools.count():
            good, frame = camera.read()
            if not good:
                fault = OSError(f'camera {number}: gives no more frames after {index}')
                yield Item(f'camera {number}', _raiser(fault), live=True)
                return
            if index % every == 0:
                time = camera.get(cv2.CAP_PROP_POS_MSEC) / 1000
                pixels = np.ascontiguousarray(frame[..., ::-1])
                yield Item(f'camera {number}', _giver(pixels), index, time, live=True)
    finally:
        camera.release()


def _stream(address: str, every: int) -> Iterator[Item]:
    """Read a stream frame by frame as it comes; where it breaks off, the last item is the error."""
    index = 0
    try:
        with av.open(address, timeout=PATIENCE) as container:
            if not container.streams.video:
                raise OSError(f'{address}: holds no video')
            for index, frame in enumerate(container.decode(video=0), 1):
                if (index - 1) % every == 0:
                    pixels = frame.to_ndarray(format='rgb24')
                    yield Item(address, _giver(pixels), index - 1, frame.time, live=True)
    except av.FFmpegError as error:
        reason = f'{address}: broke off after {index} frames ({error.strerror})'
        if not index:
            raise OSError(f'{address}: cannot be opened ({error.strerror})') from error
        print_log(reason, 'current', logging.WARNING)
        yield Item(address, _raiser(OSError(reason)), live=True)


def _in_memory(image: Any, numbers: Iterator[int]) -> Iterator[Item]:
    """Give images that are arrays, PIL images or tensors; a tensor of four dimensions is a batch."""
    if isinstance(image, torch.Tensor) and image.ndim == 4:
        for one in image:
            yield from _in_memory(one, numbers)
        return
    name = f'array {next(numbers)}'
    pixels = as_pixels(image, name)
    yield Item(name, _giver(pixels))


def _giver(pixels: np.ndarray) -> Callable[[], Any]:
    return lambda: pixels


def _raiser(error: Exception) -> Callable[[], Any]:
    def read() -> Any:
        raise error

    return read
