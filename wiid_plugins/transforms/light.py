"""Darken and Enhance one picture in a pipeline."""

from mmcv.transforms import BaseTransform

from ..ops.lowlight import DarkRanges, darken, enhance
from ..registry import TRANSFORMS
from ._image import Seeded, to_image, to_unit


@TRANSFORMS.register_module()
class Darken(Seeded, BaseTransform):
    """Make the night twin of a picture.

    Required keys: img (H, W, 3) uint8 BGR.
    Added keys: ``out`` (H, W, 3) uint8 BGR.

    Args:
        out: Key of the result; ``'img'`` replaces the picture, as a made-up night validation set
            needs it.
        seed: Fixed draw per sample; None draws anew each time.
        **ranges: Of :class:`~wiid_plugins.ops.lowlight.DarkRanges`.
    """

    def __init__(self, out: str = 'img_night', seed: int | None = None, **ranges):
        self.out, self.seed, self.ranges = out, seed, DarkRanges(**ranges)

    def transform(self, results: dict) -> dict:
        """Add the night twin."""
        dark = darken(to_unit(results['img']), self.ranges, generator=self.generator(results))
        return {**results, self.out: to_image(dark)}


@TRANSFORMS.register_module()
class Enhance(BaseTransform):
    """Brighten a dark picture; a bright one stays as it is.

    Required and modified keys: ``key`` (H, W, 3) uint8 BGR.

    Args:
        key: Which picture.
        **curve: Of :func:`~wiid_plugins.ops.lowlight.enhance`.
    """

    def __init__(self, key: str = 'img', **curve):
        self.key, self.curve = key, curve

    def transform(self, results: dict) -> dict:
        """Replace the picture by its enhanced version."""
        bright = enhance(to_unit(results[self.key]), **self.curve)
        return {**results, self.key: to_image(bright)}
