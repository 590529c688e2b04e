"""Darken and Enhance one picture in a pipeline."""

from mmcv.transforms import BaseTransform

from ..registry import TRANSFORMS
from ..translation import build_darkener, build_enhancer
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
        **how: Of :func:`~wiid_plugins.translation.build_darkener`: ``method='procedural'`` with
            ranges, or ``method='cut'`` with ``weights``.
    """

    def __init__(self, out: str = 'img_night', seed: int | None = None, **how):
        self.out, self.seed, self.darken = out, seed, build_darkener(**how)

    def transform(self, results: dict) -> dict:
        """Add the night twin."""
        dark = self.darken(to_unit(results['img']), self.generator(results))
        return {**results, self.out: to_image(dark)}


@TRANSFORMS.register_module()
class Enhance(BaseTransform):
    """Brighten a dark picture; the procedural curve leaves a bright one as it is.

    Required and modified keys: ``key`` (H, W, 3) uint8 BGR.

    Args:
        key: Which picture.
        **how: Of :func:`~wiid_plugins.translation.build_enhancer`: ``method='procedural'`` with the
            curve's options, or ``method='zero-dce'`` with ``weights``.
    """

    def __init__(self, key: str = 'img', **how):
        self.key, self.enhance = key, build_enhancer(**how)

    def transform(self, results: dict) -> dict:
        """Replace the picture by its enhanced version."""
        bright = self.enhance(to_unit(results[self.key]))
        return {**results, self.key: to_image(bright)}
