"""Compose one detection scene: sign crops pasted on a photo."""

from collections.abc import Sequence

import cv2
import numpy as np

SIZE = 256  # px, of a scene
SIGN = (24, 64)  # px, longer side of a sign in a scene
ENLARGE = 2.0  # a sign is never enlarged more
ROOM = (0.6, 1.0)  # part of the photo's shorter side that a scene shows
TRIES = 50  # places tried for a sign before all are laid out anew
FEATHER = 0.12  # soft edge, fraction of half a crop
Sides = tuple[float, float, float, float]


def sign_sides(width: int, height: int) -> Sides:
    """Return left, top, width and height of the sign in a GTSRB crop.

    GTSRB publishes its crops with a border of 10 % of the sign, and at least 5 px, on every side.
    """
    x, y = max(5.0, width / 12), max(5.0, height / 12)
    return x, y, width - 2 * x, height - 2 * y


def background(photo: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Cut a square out of a photo, scale it to (SIZE, SIZE, 3), and mirror every second one."""
    height, width = photo.shape[:2]
    side = int(min(height, width) * rng.uniform(*ROOM))
    top, left = rng.integers(height - side + 1), rng.integers(width - side + 1)
    square = photo[top : top + side, left : left + side]
    method = cv2.INTER_AREA if side > SIZE else cv2.INTER_LINEAR
    scene = cv2.resize(square, (SIZE, SIZE), interpolation=method)
    return scene[:, ::-1].copy() if rng.random() < 0.5 else scene


def scale_crop(crop: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Scale a crop so that its sign gets a drawn size."""
    native = max(sign_sides(*crop.shape[1::-1])[2:])
    side = rng.uniform(SIGN[0], max(SIGN[0], min(SIGN[1], ENLARGE * native)))
    method = cv2.INTER_AREA if side < native else cv2.INTER_LINEAR
    return cv2.resize(crop, None, fx=side / native, fy=side / native, interpolation=method)


def lay_out(sizes: Sequence[tuple[int, int]], rng: np.random.Generator) -> list[np.ndarray]:
    """Draw left and top of every (width, height) so that none overlaps another."""
    while True:
        places: list[np.ndarray] = []
        for size in np.asarray(sizes):
            tried = rng.integers(SIZE - size + 1, size=(TRIES, 2))
            free = np.ones(TRIES, bool)
            for place, taken in zip(places, sizes, strict=False):
                free &= ((tried >= place + taken) | (tried + size <= place)).any(1)
            if not free.any():
                break  # no room for this one: start again
            places.append(tried[free.argmax()])
        if len(places) == len(sizes):
            return places


def soft_edge(width: int, height: int) -> np.ndarray:
    """Return how much of a crop shows, (height, width, 1): a square with round, soft edges."""
    x, y = (np.abs((np.arange(n) + 0.5) / n * 2 - 1) ** 8 for n in (width, height))
    radius = (x[None] + y[:, None]) ** (1 / 8)
    return ((1 - radius) / FEATHER).clip(0, 1)[..., None]


def compose(
    photo: np.ndarray, crops: Sequence[np.ndarray], rng: np.random.Generator
) -> tuple[np.ndarray, list[Sides]]:
    """Paste crops on a part of a photo, their brightness untouched.

    Args:
        photo: (H, W, 3) uint8 BGR.
        crops: GTSRB crops, uint8 BGR.
        rng: Draws the part of the photo, and the sizes and places of the signs.

    Returns:
        The scene, (SIZE, SIZE, 3) uint8 BGR, and left, top, width, height of every sign, px.
    """
    scene = background(photo, rng).astype(np.float32)
    scaled = [scale_crop(crop, rng) for crop in crops]
    boxes = []
    places = lay_out([crop.shape[1::-1] for crop in scaled], rng)
    for original, crop, (left, top) in zip(crops, scaled, places, strict=True):
        height, width = crop.shape[:2]
        show = soft_edge(width, height)
        under = scene[top : top + height, left : left + width]
        under[:] = under * (1 - show) + crop * show
        x, y, w, h = sign_sides(*original.shape[1::-1])
        across, down = width / original.shape[1], height / original.shape[0]
        boxes.append((left + x * across, top + y * down, w * across, h * down))
    return scene.round().astype(np.uint8), boxes
