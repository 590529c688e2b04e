"""Night at a chosen number of stops: one fixed draw of the darkening."""

from typing import Any

import cv2
import numpy as np
import torch

from ..apis.lift import brightened
from ..images import as_floats
from ..relight.light import to_pixels
from ..translation import build_darkener, build_enhancer

MOST_STOPS = 12  # 1/4096 of the light: of 8 bits hardly one is left
# The middle of each default range of DarkRanges; a lamp without colour.
DRAW: dict[str, Any] = dict(red=(1, 1), blue=(1, 1), veil=(0.1, 0.1))
DRAW |= dict(shot_noise=(3e-5, 3e-5), bits=(14,))
CURVE = build_enhancer()


def darken_by(pixels: np.ndarray, stops: float) -> np.ndarray:
    """Take ``(H, W, 3)`` RGB again with ``2 ** -stops`` of the light, as uint8; 0: as it is.

    The draw and the noise are fixed, so that the picture only gets darker.

    Args:
        pixels: uint8, uint16, or float32 in [0, 1].
        stops: From 0 to :data:`MOST_STOPS`.
    """
    if not stops:
        return pixels
    exposure = 2.0**-stops
    darken = build_darkener(exposure=(exposure, exposure), read_spread=0, **DRAW)
    images = torch.from_numpy(as_floats(pixels)).permute(2, 0, 1)[None]
    return to_pixels(darken(images, torch.Generator().manual_seed(0)))[0]


def brighten(pixels: np.ndarray) -> np.ndarray:
    """Brighten ``(H, W, 3)`` RGB by the procedural curve, as uint8."""
    return brightened(pixels, CURVE)


def smaller(pixels: np.ndarray, side: int) -> np.ndarray:
    """Shrink an image until its longer side has at most so many pixels."""
    scale = side / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    size = [max(1, round(length * scale)) for length in pixels.shape[1::-1]]
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
