"""Find the target of a picture in a pipeline."""

import numpy as np
import torch
from mmcv.transforms import BaseTransform

from ..ops.regions import boxes_to_mask
from ..ops.saliency import SaliencyTarget
from ..registry import TRANSFORMS
from ._image import Seeded, to_unit


@TRANSFORMS.register_module()
class TargetMask(Seeded, BaseTransform):
    """Mark the target in a mask; to stand after all geometry.

    Required keys: img (H, W, 3) uint8 BGR; with ``method='boxes'`` also gt_bboxes (n, 4) float xyxy,
    pixels, as an array or as mmdet's box structure.
    Added keys: target_mask (H, W) uint8, 1 = target.

    Args:
        method: ``'saliency'`` or ``'boxes'``.
        seed: Fixed draw per sample; None draws anew each time.
        keep, size: Of :class:`~wiid_plugins.ops.saliency.SaliencyTarget`, for ``'saliency'``.
    """

    def __init__(
        self,
        method: str = 'saliency',
        seed: int | None = None,
        keep: tuple = (0.5, 0.6),
        size: int = 64,
    ):
        if method not in ('saliency', 'boxes'):
            raise ValueError(f"TargetMask.method is 'saliency' or 'boxes', not {method!r}")
        self.method, self.seed, self.saliency = method, seed, SaliencyTarget(keep, size)

    def transform(self, results: dict) -> dict:
        """Add the mask."""
        if self.method == 'saliency':
            mask = self.saliency(to_unit(results['img']), self.generator(results))
        else:
            boxes = results['gt_bboxes']
            boxes = torch.as_tensor(np.asarray(getattr(boxes, 'tensor', boxes), np.float32))
            mask = boxes_to_mask([boxes.reshape(-1, 4)], results['img'].shape[:2])
        return {**results, 'target_mask': mask[0].byte().numpy()}
