"""What a visitor without a photo can click on."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import skimage.data

from ..images import decode

# Photos of scikit-image, CC0 -> what is on them, and stops to begin with.
PHOTOS = {'coffee': ('coffee', 9.5), 'chelsea': ('cat', 10.5), 'rocket': ('rocket', 7)}
DEMO = Path('data/demo')
SHAPES = ('star', 'heart', 'arrow')  # three of the eight that the demo's models know


@dataclass(frozen=True)
class Example:
    """An image to begin with.

    Args:
        name: Of what is on it.
        pixels: ``(H, W, 3)`` RGB.
        stops: How much darker it is shown at first.
    """

    name: str
    pixels: np.ndarray
    stops: float


def find_examples() -> list[Example]:
    """Photos of scikit-image, and night images of the demo where it has been run."""
    photos = [Example(what, photo(name), stops) for name, (what, stops) in PHOTOS.items()]
    files = (next((DEMO / 'test_night' / shape).glob('*'), None) for shape in SHAPES)
    return photos + [Example(f.parent.name, decode(f), 0) for f in files if f]


def photo(name: str) -> np.ndarray:
    """Give a photo of scikit-image, ``(H, W, 3)`` uint8 RGB."""
    return getattr(skimage.data, name)()
