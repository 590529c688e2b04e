"""What a model says of an image, of a frame, or of a clip."""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Label:
    """A class that was found.

    Args:
        name: Of the class.
        index: Of the class.
        score: In [0, 1].
        box: Left, top, right and bottom in pixels of the upright image; None for whole images and
            clips.
    """

    name: str
    index: int
    score: float
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class Prepared:
    """An image or a clip as a model takes it.

    Args:
        data: Of the toolbox.
        shape: Of ``data``; it is the same for all of a batch.
        size: See :class:`Prediction`, as the others.
        brightness: Mean grey in [0, 1].
        enhanced: Whether it was brightened.
    """

    data: Any
    shape: tuple[int, ...]
    size: tuple[int, int]
    brightness: float
    enhanced: bool


@dataclass(frozen=True)
class Prediction:
    """What a model says of one input.

    Args:
        source: Path or address, or ``'array 0'`` and so on for what came without.
        labels: Best first; of a detector those above its threshold, of others the best few.
        size: Height and width in pixels of what came in, upright.
        brightness: Mean grey of what the model would have seen without brightening, in [0, 1].
        enhanced: Whether it was brightened.
        frame: Number of the frame, from 0; None for images and whole clips.
        time: When the frame is shown, in seconds.
        error: Why there is no prediction; None if there is one.
        raw: The toolbox's own structure: a data sample, or ``Results`` of Ultralytics.
        image: What came in, ``(H, W, 3)`` RGB, as it was read; only where it was asked for.
    """

    source: str
    labels: tuple[Label, ...] = ()
    size: tuple[int, int] | None = None
    brightness: float | None = None
    enhanced: bool = False
    frame: int | None = None
    time: float | None = None
    error: str | None = None
    raw: Any = None
    image: np.ndarray | None = None

    def as_dict(self) -> dict:
        """Give what a line of JSON holds: numbers and words, without what is not there."""
        labels = [{k: v for k, v in vars(label).items() if v is not None} for label in self.labels]
        known = {k: v for k, v in vars(self).items() if v is not None and k not in ('raw', 'image')}
        return {**known, 'labels': labels}
