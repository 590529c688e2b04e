"""Load pictures and their stored twins with errors that name the file."""

import logging
from pathlib import Path

import numpy as np
from mmcv.transforms import BaseTransform
from mmengine.logging import print_log

from ..compat import mend_shared_draws
from ..images import UnreadableImageError, as_bytes, as_floats, decode
from ..registry import TRANSFORMS
from ..translation import build_enhancer
from ._image import to_image, to_unit

_SUFFIXES = ('.png', '.jpg', '.jpeg', '.bmp')


@TRANSFORMS.register_module()
class LoadImage(BaseTransform):
    """Load any image; a damaged one is an error or a counted warning, never half an image.

    Reads PNG, JPEG, TIFF, WebP, BMP, PGM, PPM, camera RAW and, with pillow-heif, HEIC, with 8, 16 or
    32 bits or floats in [0, 1]; see :func:`~wiid_plugins.images.decode`. Dark images of more than 8
    bits hold most of what they show below the first steps of 8 bits. Two ways keep it:

    * ``enhance=dict()`` brightens before the cut to 8 bits. Every transform can follow. For images
      that are all dark, as in a night test set; it takes the place of ``Enhance``.
    * ``dtype='float32'`` makes no cut. ``Enhance``, and models that enhance in training, then have
      all bits. Resize, crop, flip, pad and pack take such images; those that change colours, such
      as AutoAugment and what uses Pillow, want uint8.

    Required keys: img_path. Added keys: img, img_shape and ori_shape ``(H, W)``.

    Args:
        on_error: ``'raise'``, or ``'skip'``: the training set draws another sample instead.
        enhance: Of :func:`~wiid_plugins.translation.build_enhancer`; None leaves the light as it is.
        dtype: Of img ``(H, W, 3)`` BGR: ``'uint8'``, rounded, or ``'float32'`` in [0, 255].
    """

    def __init__(self, on_error: str = 'raise', enhance: dict | None = None, dtype: str = 'uint8'):
        if on_error not in ('raise', 'skip'):
            raise ValueError(f"LoadImage.on_error is 'raise' or 'skip', not {on_error!r}")
        if dtype not in ('uint8', 'float32'):
            raise ValueError(f"LoadImage.dtype is 'uint8' or 'float32', not {dtype!r}")
        self.on_error, self.dtype = on_error, dtype
        self.enhance = None if enhance is None else build_enhancer(**enhance)
        self.skipped = 0

    def transform(self, results: dict) -> dict | None:
        """Load one image; None asks the dataset for another sample."""
        path = results['img_path']
        if not Path(path).is_file():
            raise FileNotFoundError(f'{path}: there is no such picture; run the prepare tool again')
        try:
            img = self._load(path)
        except UnreadableImageError as error:
            if self.on_error == 'raise':
                raise OSError(f"{error}, or set on_error='skip' in LoadImage") from None
            self.skipped += 1
            print_log(
                f'{path}: unreadable, skipped ({self.skipped} so far in this loader process)',
                'current',
                level=logging.WARNING,
            )
            return None
        return {**results, 'img': img, 'img_shape': img.shape[:2], 'ori_shape': img.shape[:2]}

    def _load(self, path: str) -> np.ndarray:
        pixels = decode(path)[..., ::-1]
        if self.enhance is None:
            return as_bytes(pixels) if self.dtype == 'uint8' else as_floats(pixels) * 255
        return to_image(self.enhance(to_unit(as_floats(pixels) * 255)), self.dtype)


@TRANSFORMS.register_module()
class LoadTwin(LoadImage):
    """Load the stored dark twin of a picture, found by its name.

    To stand right behind the loading of ``img``; geometry then runs over both with shared draws,
    through mmcv's ``TransformBroadcaster(share_random_params=True)``.

    Required keys: img (H, W, 3) uint8 BGR, img_path. Added keys: img_night (H, W, 3) uint8 BGR.

    Args:
        day_root: Folder that ``img_path`` lies in.
        twin_root: Folder with the same tree of twins; the suffix may differ.
        **kwargs: Of :class:`LoadImage`.
    """

    def __init__(self, day_root: str, twin_root: str, **kwargs):
        super().__init__(**kwargs)
        self.day_root, self.twin_root = Path(day_root), Path(twin_root)
        mend_shared_draws()

    def transform(self, results: dict) -> dict | None:
        """Add the twin."""
        path = self._twin_of(Path(results['img_path']))
        loaded = super().transform({'img_path': str(path)})
        if loaded is None:
            return None
        twin: np.ndarray = loaded['img']
        if twin.shape != results['img'].shape:
            raise ValueError(
                f'{path}: the twin is {twin.shape[1]}x{twin.shape[0]}, its day picture '
                f'{results["img_path"]} is {results["img"].shape[1]}x{results["img"].shape[0]}; '
                'make the twins again from these pictures'
            )
        return {**results, 'img_night': twin}

    def _twin_of(self, day: Path) -> Path:
        same = self.twin_root / day.relative_to(self.day_root)
        for path in (same, *(same.with_suffix(s) for s in _SUFFIXES)):
            if path.is_file():
                return path
        raise FileNotFoundError(f'{day}: has no dark twin; looked for {same} and other suffixes')
