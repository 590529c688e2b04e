"""Which images are brightened before a model sees them."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from ..relight.light import Relight
from ..translation import Light, build_enhancer

# Half of the mean grey that the curve aims at. Photos by day lie above, photos by night below.
DARK = 0.2
LUMA = np.array([0.114, 0.587, 0.299])  # of BGR


@dataclass(frozen=True)
class Lift:
    """Brighten all images, dark ones, or none.

    Args:
        light: What brightens; None: none.
        only_dark: Leave what is brighter than :data:`DARK` as it is.
    """

    light: Light | None
    only_dark: bool = True

    def light_for(self, brightness: float) -> Light | None:
        """What brightens an image of this mean grey, in [0, 1]; None: it is left as it is."""
        return None if self.only_dark and brightness >= DARK else self.light


def build_lift(enhance: Any, stock: dict | None) -> Lift:
    """Make it of the argument ``enhance`` of a :class:`~wiid_plugins.Predictor`.

    Args:
        enhance: ``'auto'``, True, False, or options of
            :func:`~wiid_plugins.translation.build_enhancer` for dark images.
        stock: The options that the config has; None: it brightens nothing.

    Raises:
        ValueError: If it is anything else, or asks for what the config doesn't have.
    """
    if isinstance(enhance, dict):
        return Lift(build_enhancer(**enhance))
    if enhance is not True and enhance is not False and enhance != 'auto':
        raise ValueError(
            f"enhance is {enhance!r}; it is 'auto', True, False, or a method with its options, as "
            "dict(method='zero-dce', weights='FILE')"
        )
    if enhance is True and stock is None:
        raise ValueError(
            'enhance is True, and wiid.enhance of the config is None; give a method, as enhance=dict()'
        )
    light = None if enhance is False or stock is None else build_enhancer(**stock)
    return Lift(light, only_dark=enhance == 'auto')


def brightness_of(pictures: np.ndarray | list[np.ndarray], rgb: bool = False) -> float:
    """Mean grey in [0, 1] of ``(H, W, 3)`` BGR, uint8, uint16 or float32, or of the frames of a clip.

    Args:
        pictures: uint8 and uint16 to their full scale; float32 in [0, 1].
        rgb: Whether the order of colours is RGB.
    """
    frames = [pictures] if isinstance(pictures, np.ndarray) else pictures
    white = 1.0 if frames[0].dtype == np.float32 else float(np.iinfo(frames[0].dtype).max)
    means = np.mean([cv2.mean(frame)[:3] for frame in frames], axis=0)
    return float((means[::-1] if rgb else means) @ LUMA) / white


def brightened(image: np.ndarray, light: Light) -> np.ndarray:
    """``(H, W, 3)`` RGB: uint8, uint16, or float32 in [0, 1] -> brightened whole, uint8."""
    return Relight(light, 'cpu', seed=0, batch=1).pictures([image], '')[0]
