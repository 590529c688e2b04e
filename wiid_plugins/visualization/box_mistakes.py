"""What a detector got wrong, by domain: a confusion matrix of boxes and a sheet of the worst images."""

from collections.abc import Sequence
from typing import Any

import torch
from mmengine.structures import InstanceData
from torch import Tensor
from torchvision.ops import box_iou

from ..registry import HOOKS
from .mistakes import GREY, Mistakes, file_of
from .pictures import seen
from .worst import Box, Mistake, small

RIGHT, MISSED, WRONG = '#40e040', '#ffc000', '#ff7070'  # boxes: found, missed, and what is none


@HOOKS.register_module()
class BoxMistakes(Mistakes):
    """Of a detector: the worst images have the lowest F1, and of equals the most wrong boxes.

    The matrix counts pairs of a true box and the detection that has found it, true boxes that are
    missed, and detections of nothing.

    Args:
        score_thr: Detections below this score do not count.
        overlap: IoU from which a detection has found a box.
        **kwargs: Of :class:`Mistakes`.
    """

    columns = 4
    legend = (
        'images with the lowest F1; missed boxes yellow, wrong detections red, right ones green'
    )

    def __init__(self, score_thr: float = 0.3, overlap: float = 0.5, **kwargs):
        super().__init__(**kwargs)
        self.score_thr = score_thr
        self.overlap = overlap

    def look(self, image: Tensor, sample, place: int) -> None:
        """See :meth:`Mistakes.look`; boxes are in pixels of the file."""
        if 'bboxes' not in sample.get('gt_instances', {}):
            return  # a pipeline without annotations
        true, nothing = sample.gt_instances.cpu(), len(self.names)
        found, taken = self._found(sample)
        labels = [*true.labels.tolist(), nothing]
        pairs = [(labels[t], label) for t, label in zip(taken, found.labels.tolist(), strict=True)]
        missed = sorted(set(range(len(true))) - set(taken))
        self.pairs[sample.domain].update([*pairs, *((labels[i], nothing) for i in missed)])
        wrong = [truth != label for truth, label in pairs]
        errors = len(true) + len(found) - 2 * wrong.count(False)
        if errors:
            surest = max(
                (s for s, w in zip(found.scores.tolist(), wrong, strict=True) if w), default=0
            )
            rank = (errors / (len(true) + len(found)), errors, surest)  # the first is 1 - F1
            self.worst[sample.domain].add(
                rank, place, lambda: self._mistake(image, sample, found, wrong, missed)
            )

    def labels(self) -> tuple[Sequence[str], Sequence[str]]:
        """Names of rows and columns of the matrix."""
        return (*self.names, 'nothing there'), (*self.names, 'missed')

    def _found(self, sample) -> tuple[InstanceData, list[int]]:
        """Detections that count, the surest first, and which true box each has found, -1 for none."""
        found = sample.pred_instances.cpu()
        found = found[found.scores >= self.score_thr]
        found = found[found.scores.argsort(descending=True, stable=True)]
        boxes = corners_of(found)
        taken = match(corners_of(sample.gt_instances), boxes, self.overlap)
        ignored = corners_of(sample.get('ignored_instances', {}))
        on_ignored = share_inside(boxes, ignored) > self.overlap
        kept = [t >= 0 or not there for t, there in zip(taken, on_ignored.tolist(), strict=True)]
        return found[torch.tensor(kept, dtype=torch.bool)], [
            t for t, k in zip(taken, kept, strict=True) if k
        ]

    def _mistake(
        self, image: Tensor, sample, found: InstanceData, wrong: list[bool], missed: list[int]
    ) -> Mistake:
        true, size = sample.gt_instances.cpu(), torch.tensor(sample.ori_shape[1::-1]).repeat(2)
        places, labels = (corners_of(true) / size)[missed].tolist(), true.labels[missed].tolist()
        boxes = [Box(p, MISSED, self.names[c]) for p, c in zip(places, labels, strict=True)]
        places, labels = (corners_of(found) / size).tolist(), found.labels.tolist()
        for corners, label, score, bad in zip(places, labels, found.scores, wrong, strict=True):
            boxes.append(Box(corners, WRONG if bad else RIGHT, f'{self.names[label]} {score:.2f}'))
        counts = len(missed), wrong.count(True), wrong.count(False)
        said = '{} missed, {} wrong, {} right'.format(*counts)
        lines = [(said, 'black'), (file_of(sample), GREY)]
        return Mistake(small(seen(image, sample)), lines, boxes)


def corners_of(instances: Any) -> Tensor:
    """Boxes of instances, ``(n, 4)`` float ``x1, y1, x2, y2``; none of what has no boxes."""
    boxes = instances.get('bboxes', torch.zeros(0, 4))
    return getattr(boxes, 'tensor', boxes).float().cpu()


def match(true: Tensor, found: Tensor, overlap: float) -> list[int]:
    """Let each detection in turn take the true box that it overlaps most and that is free.

    Args:
        true: ``(n, 4)``.
        found: ``(m, 4)``, the surest first.
        overlap: Lowest IoU.

    Returns:
        Its place among the true boxes for each detection, -1 for none.
    """
    shared = box_iou(found, true)
    taken = []
    for row in range(len(found)):
        best = int(shared[row].argmax()) if len(true) else -1
        if best >= 0 and shared[row, best] >= overlap:
            shared[:, best] = 0
        else:
            best = -1
        taken.append(best)
    return taken


def share_inside(boxes: Tensor, regions: Tensor) -> Tensor:
    """Largest share of each box ``(n, 4)`` that lies in one of the regions ``(m, 4)``."""
    low = torch.maximum(boxes[:, None, :2], regions[:, :2])
    high = torch.minimum(boxes[:, None, 2:], regions[:, 2:])
    area = (boxes[:, 2:] - boxes[:, :2]).prod(-1, keepdim=True)
    shares = (high - low).clamp(min=0).prod(-1) / area.clamp(min=1e-6)
    return torch.cat([shares, torch.zeros(len(boxes), 1)], 1).amax(1)
