"""Darken and Enhance one picture or clip in a pipeline."""

from mmcv.transforms import BaseTransform

from ..registry import TRANSFORMS
from ..translation import build_darkener, build_enhancer
from ._image import Seeded, relit


@TRANSFORMS.register_module()
class Darken(Seeded, BaseTransform):
    """Make the night twin of a picture, or of all frames of a clip by one draw.

    Required keys: img (H, W, 3) BGR, uint8 or float32 in [0, 255], or imgs, mmaction2's frames
    (H, W, 3) uint8 RGB.
    Added keys: ``out``, as what it was made from.

    Args:
        out: Key of the result; ``'img'`` or ``'imgs'`` replaces the picture or clip, as a made-up
            night validation set needs it.
        seed: Fixed draw per sample; None draws anew each time.
        **how: Of :func:`~wiid_plugins.translation.build_darkener`: ``method='procedural'`` with
            ranges, or ``method='cut'`` with ``weights``.
    """

    def __init__(self, out: str = 'img_night', seed: int | None = None, **how):
        self.out, self.seed, self.darken = out, seed, build_darkener(**how)

    def transform(self, results: dict) -> dict:
        """Add the night twin."""
        day = results['imgs'] if 'imgs' in results else results['img']
        return {**results, self.out: relit(self.darken, day, self.generator(results))}


@TRANSFORMS.register_module()
class Enhance(BaseTransform):
    """Brighten a dark picture or clip; the procedural curve leaves a bright one as it is.

    Required and modified keys: ``key`` (H, W, 3) BGR, uint8 or float32 in [0, 255], or a clip's frames
    (H, W, 3) uint8 RGB, which share one curve.

    Args:
        key: Which picture; ``'imgs'`` for mmaction2's clips.
        **how: Of :func:`~wiid_plugins.translation.build_enhancer`: ``method='procedural'`` with the
            curve's options, or ``method='zero-dce'`` with ``weights``.
    """

    def __init__(self, key: str = 'img', **how):
        self.key, self.enhance = key, build_enhancer(**how)

    def transform(self, results: dict) -> dict:
        """Replace the picture by its enhanced version."""
        return {**results, self.key: relit(self.enhance, results[self.key])}
