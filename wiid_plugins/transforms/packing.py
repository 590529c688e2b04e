"""Hand the night twin, the mask and the domain on through a toolbox's own packing."""

import torch
from mmcv.transforms import BaseTransform

from ..registry import TRANSFORMS


@TRANSFORMS.register_module()
class PackTwin(BaseTransform):
    """Pack a sample as its toolbox does, and lay the night twin and the target mask beside it.

    Required keys: those of ``pack``; optional: img_night (H, W, 3) uint8, target_mask (H, W) uint8.
    Added keys in the packed sample: night (3, H, W) uint8, target_mask (H, W) uint8.

    Args:
        pack: Config of the toolbox's packing transform.
    """

    def __init__(self, pack: dict):
        self.pack = TRANSFORMS.build(pack)

    def transform(self, results: dict) -> dict:
        """Pack one sample."""
        packed = self.pack(results)
        if 'img_night' in results:
            packed['night'] = torch.from_numpy(results['img_night']).permute(2, 0, 1).contiguous()
        if 'target_mask' in results:
            packed['target_mask'] = torch.from_numpy(results['target_mask'])
        return packed


@TRANSFORMS.register_module()
class SetDomain(BaseTransform):
    """Name the test set that a sample belongs to, for what reports by day and by night.

    :class:`~wiid_plugins.engine.DayNightMetric` and
    :class:`~wiid_plugins.visualization.DomainPictures` do.

    Added keys: domain (str); the packing transform must list it in its ``meta_keys``.

    Args:
        name: For example ``'day'``, ``'night'`` or ``'night_enhanced'``.
    """

    def __init__(self, name: str):
        self.name = name

    def transform(self, results: dict) -> dict:
        """Set the name."""
        return {**results, 'domain': self.name}
