"""Non-maximum suppression: plain, soft, and with the boxes that each kept one suppresses."""

import numpy as np
import torch
import torchvision
from torch import Tensor

from .precision import widen


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float, offset: int) -> Tensor:
    """Keep the best of boxes that overlap.

    Args:
        boxes: (N, 4) float, left, top, right, bottom in px.
        scores: (N,) float.
        iou_threshold: A box that overlaps a better one by more is dropped.
        offset: 1 counts the last pixel as part of a box, 0 does not.

    Returns:
        (K,) int64, the kept boxes, best first.
    """
    boxes = widen(boxes)
    if offset:
        boxes = boxes + boxes.new_tensor([0, 0, offset, offset])
    # Sorted as mmcv sorts, so that equal scores keep its order; and in memory faster to go through.
    order = scores.sort(descending=True).indices
    return order[torchvision.ops.nms(boxes[order], scores[order].to(boxes.dtype), iou_threshold)]


def softnms(
    boxes: Tensor,
    scores: Tensor,
    dets: Tensor,
    iou_threshold: float,
    sigma: float,
    min_score: float,
    method: int,
    offset: int,
) -> Tensor:
    """Lower the scores of boxes that overlap a better one (Bodla et al., ICCV 2017).

    Args:
        boxes: (N, 4) float on the CPU, left, top, right, bottom in px.
        scores: (N,) float.
        dets: (N, 5), filled with the K kept boxes and their new scores.
        iou_threshold: Of methods 0 and 1, overlaps below it change nothing.
        sigma: Of method 2.
        min_score: What falls below it is dropped.
        method: 0 drops, 1 lowers linearly, 2 lowers by a Gaussian.
        offset: As for `nms`.

    Returns:
        (K,) int64, the kept boxes, best first.
    """
    corners, left = boxes.detach().float().numpy(), scores.detach().float().numpy().copy()
    rest, kept = np.arange(len(corners)), []
    while len(rest):
        best = rest[np.argmax(left[rest])]
        kept.append(best)
        rest = rest[rest != best]
        overlap = _overlap(corners[best], corners[rest], offset)
        if method == 2:
            left[rest] *= np.exp(-(overlap**2) / sigma)
        else:
            left[rest] *= np.where(overlap >= iou_threshold, method * (1 - overlap), 1)
        rest = rest[left[rest] >= min_score]
    order = torch.tensor(np.array(kept, dtype=np.int64))
    dets[: len(kept)] = torch.cat([boxes[order], torch.from_numpy(left)[order, None].to(boxes)], 1)
    return order


def nms_match(dets: Tensor, iou_threshold: float) -> list[list[int]]:
    """Group each kept box with those that it suppresses.

    Args:
        dets: (N, 5) float on the CPU: left, top, right, bottom in px, score.
        iou_threshold: A box that overlaps a better one by as much joins its group.

    Returns:
        Indices of each group, best first.
    """
    corners = dets[:, :4].float().numpy()
    rest, groups = dets[:, 4].argsort(descending=True).numpy(), []
    while len(rest):
        best, rest = rest[0], rest[1:]
        match = _overlap(corners[best], corners[rest], 0) >= iou_threshold
        groups.append([int(best), *rest[match].tolist()])
        rest = rest[~match]
    return groups


def _overlap(box: np.ndarray, boxes: np.ndarray, offset: int) -> np.ndarray:
    """Intersection over union of one box (4,) with others (N, 4)."""
    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    shared = np.clip(high - low + offset, 0, None).prod(1)
    areas = (boxes[:, 2:] - boxes[:, :2] + offset).prod(1)
    union = (box[2:] - box[:2] + offset).prod() + areas - shared
    with np.errstate(invalid='ignore', divide='ignore'):
        return shared / union
