"""Find the target of a picture or clip in a pipeline."""

from collections.abc import Sequence
from dataclasses import asdict

import cv2
import numpy as np
import torch
from mmcv.transforms import BaseTransform

from ..ops.clip_target import ClipTarget
from ..ops.regions import boxes_to_mask
from ..ops.saliency import SaliencyTarget
from ..ops.temporal_gmm import TemporalGMM
from ..registry import TRANSFORMS
from ._image import Seeded, to_unit


@TRANSFORMS.register_module()
class TargetMask(Seeded, BaseTransform):
    """Mark the target in a mask; to stand after all geometry.

    Required keys: img (H, W, 3) uint8 BGR; with ``method='boxes'`` also gt_bboxes (n, 4) float xyxy,
    pixels, as an array or as mmdet's box structure; with ``method='gmm'`` instead imgs, the frames of
    all clips, each (H, W, 3) uint8 RGB, and num_clips, as mmaction2 gives them.
    Added keys: target_mask (H, W) uint8, 1 = target; of clips (num_clips, H, W), one for all frames.

    Args:
        method: ``'saliency'``, ``'boxes'`` or ``'gmm'``, a temporal Gaussian mixture by OpenCV.
        seed: Fixed draw per sample; None draws anew each time.
        keep, size, center: Of :class:`~wiid_plugins.ops.saliency.SaliencyTarget`, for ``'saliency'``,
            and for ``'gmm'`` where nothing moves.
        gmm: ``dict()`` of :class:`~wiid_plugins.ops.temporal_gmm.TemporalGMM`.
    """

    def __init__(
        self,
        method: str = 'saliency',
        seed: int | None = None,
        keep: tuple = (0.5, 0.6),
        size: int = 64,
        center: float | None = None,
        gmm: dict | None = None,
    ):
        if method not in ('saliency', 'boxes', 'gmm'):
            raise ValueError(f"TargetMask.method is 'saliency', 'boxes' or 'gmm', not {method!r}")
        self.method, self.seed = method, seed
        self.saliency = SaliencyTarget(keep, size, center)
        self.gmm, self.clip_target = TemporalGMM(**(gmm or {})), ClipTarget(saliency=self.saliency)

    def transform(self, results: dict) -> dict:
        """Add the mask."""
        if self.method == 'gmm':
            return {**results, 'target_mask': self._of_clips(results)}
        if self.method == 'saliency':
            mask = self.saliency(to_unit(results['img']), self.generator(results))
        else:
            boxes = results['gt_bboxes']
            boxes = torch.as_tensor(np.asarray(getattr(boxes, 'tensor', boxes), np.float32))
            mask = boxes_to_mask([boxes.reshape(-1, 4)], results['img'].shape[:2])
        return {**results, 'target_mask': mask[0].byte().numpy()}

    def _of_clips(self, results: dict) -> np.ndarray:
        frames = np.stack(results['imgs'])
        clips = frames.reshape(results['num_clips'], -1, *frames.shape[1:])
        moving = torch.from_numpy(np.stack([mog2(clip, self.gmm) for clip in clips]))
        unit = torch.from_numpy(clips).permute(0, 1, 4, 2, 3).float() / 255
        return self.clip_target(moving, unit, self.generator(results)).byte().numpy()


def mog2(frames: Sequence[np.ndarray], gmm: TemporalGMM) -> np.ndarray:
    """Let OpenCV's MOG2 do what :func:`~wiid_plugins.ops.temporal_gmm.foreground` does, for one clip.

    Args:
        frames: T times ``(H, W, 3)`` uint8.
        gmm: The parameters, which have OpenCV's names.

    Returns:
        ``(T, H, W)`` float32, 1 where a pixel is foreground, else 0.
    """
    subtractor = cv2.createBackgroundSubtractorMOG2(detectShadows=False)
    for name, value in asdict(gmm).items():
        setter = 'NMixtures' if name == 'nmixtures' else name[0].upper() + name[1:]
        getattr(subtractor, f'set{setter}')(value)
    return np.stack([subtractor.apply(frame) > 0 for frame in frames]).astype(np.float32)
