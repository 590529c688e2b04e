"""Example pictures of every level, and where real night lies among them."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import torch

from ...ops.color import srgb_to_linear
from ...transforms import Darken, Enhance
from .choice import spread
from .levels import STOPS, at_exposure, place

MEASURED = 60  # pictures whose brightness counts
EXAMPLES = 5
SIDE = 112  # of an example, px
WEIGHTS = np.array([0.0722, 0.7152, 0.2126])  # luminance of linear blue, green, red (BT.709)


class Picture(NamedTuple):
    """A picture of a test set, before its light is changed.

    Args:
        place: Its place in the set, which its draw depends on.
        image: ``(H, W, 3)`` uint8 BGR.
    """

    place: int
    image: np.ndarray


def darkened(picture: Picture, darken: dict, stops: int) -> np.ndarray:
    """Give a picture at a level, with the draw that it has in the test."""
    if not stops:
        return picture.image
    step = Darken(out='img', seed=0, **at_exposure(darken, stops))
    return step.transform({'img': picture.image, 'sample_idx': picture.place})['img']


def luminance(image: np.ndarray) -> float:
    """Median luminance of a picture ``(H, W, 3)`` uint8 BGR, in linear light, in [0, 1]."""
    linear = srgb_to_linear(torch.from_numpy(image.astype(np.float32)) / 255).numpy()
    return float(np.median(linear @ WEIGHTS))


def place_night(day: Sequence[Picture], night: Sequence[Picture], darken: dict) -> float:
    """Find the stops at which the darkened day is as bright as the night, by its median picture."""
    levels = [
        float(np.median([luminance(darkened(picture, darken, stops)) for picture in day]))
        for stops in STOPS
    ]
    return place(float(np.median([luminance(picture.image) for picture in night])), levels)


def strip(images: Sequence[np.ndarray], enhance: dict) -> np.ndarray:
    """Lay pictures in a row, and below them the same enhanced, ``(2 SIDE, n SIDE, 3)`` uint8 BGR."""
    lift = Enhance(**enhance)
    tops = [_square(image) for image in images]
    below = [_square(lift.transform({'img': image})['img']) for image in images]
    return np.vstack([np.hstack(tops), np.hstack(below)])


def _square(image: np.ndarray) -> np.ndarray:
    side = min(image.shape[:2])
    top, left = ((size - side) // 2 for size in image.shape[:2])
    middle = image[top : top + side, left : left + side]
    return cv2.resize(middle, (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def examples(
    day: Sequence[Picture], night: Sequence[Picture], darken: dict, enhance: dict
) -> dict[int | None, np.ndarray]:
    """Give a strip of every level, and of the real night where there is one."""
    shown = [day[i] for i in spread(len(day), EXAMPLES)]
    strips: dict[int | None, np.ndarray] = {
        stops: strip([darkened(picture, darken, stops) for picture in shown], enhance)
        for stops in STOPS
    }
    if night:
        strips[None] = strip([night[i].image for i in spread(len(night), EXAMPLES)], enhance)
    return strips
