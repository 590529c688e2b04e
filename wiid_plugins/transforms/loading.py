"""Load pictures and their stored twins with errors that name the file."""

import logging
from pathlib import Path

import numpy as np
from mmcv.transforms import LoadImageFromFile
from mmengine.logging import print_log
from PIL.Image import DecompressionBombError

from ..compat import mend_shared_draws
from ..registry import TRANSFORMS

_SUFFIXES = ('.png', '.jpg', '.jpeg', '.bmp')


@TRANSFORMS.register_module()
class LoadImage(LoadImageFromFile):
    """Load a picture; a damaged one is an error or a counted warning, never half a picture.

    Decoded with Pillow: OpenCV fills the missing rows of a truncated JPEG with grey and goes on.

    Required keys: img_path. Added keys: those of mmcv's ``LoadImageFromFile``; img is uint8 BGR.

    Args:
        on_error: ``'raise'``, or ``'skip'``: the training set draws another sample instead.
        **kwargs: Of mmcv's ``LoadImageFromFile``.
    """

    def __init__(self, on_error: str = 'raise', **kwargs):
        if on_error not in ('raise', 'skip'):
            raise ValueError(f"LoadImage.on_error is 'raise' or 'skip', not {on_error!r}")
        super().__init__(imdecode_backend='pillow', **kwargs)
        self.on_error = on_error
        self.skipped = 0

    def transform(self, results: dict) -> dict | None:
        """Load one picture; None asks the dataset for another sample."""
        path = results['img_path']
        if not Path(path).is_file():
            raise FileNotFoundError(f'{path}: there is no such picture; run the prepare tool again')
        try:
            return super().transform(results)
        except (OSError, SyntaxError, ValueError, DecompressionBombError) as error:
            if self.on_error == 'raise':
                raise OSError(
                    f'{path}: not readable as a picture ({error}); replace or remove the file, or '
                    "set on_error='skip' in LoadImage"
                ) from None
        self.skipped += 1
        print_log(
            f'{path}: unreadable, skipped ({self.skipped} so far in this loader process)',
            'current',
            level=logging.WARNING,
        )
        return None


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
