"""Detectors of Ultralytics, as they are exported."""

from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from torch import Tensor, nn

from ...translation import Light
from .graph import Norm
from .subject import Found, Subject
from .suppression import best


class Suppressed(nn.Module):
    """A network that gives all boxes, with its suppression.

    Args:
        decoded: Of :mod:`wiid_plugins.yolo.decoded`.
        score: Boxes below are none.
        iou: Most overlap of two boxes of a class.
        rows: Most boxes of an image.
    """

    def __init__(self, decoded: Any, score: float, iou: float, rows: int):
        super().__init__()
        self.decoded, self.score, self.rows = decoded, score, rows
        self.iou = None if decoded.suppressed else iou

    def forward(self, images: Tensor, sizes: Tensor) -> Found:
        """Find boxes ``(N, R, 4)``, scores and labels ``(N, R)``; see :func:`.suppression.best`."""
        boxes, scores, labels = self.decoded(images)
        scores = torch.where(scores > self.score, scores, -1.0)
        return best(boxes, scores, labels, len(self.decoded.names), self.iou, self.rows)


def make_subject(
    config: Config, checkpoint: Path, light: Light | None, score: float | None = None
) -> Subject:
    """Take a detector out of a checkpoint; as :func:`.toolboxes.make_subject`."""
    from ...yolo.decoded import GREY, IOU, ROWS, SCORE, DecodedDetector  # AGPL-3.0, optional

    decoded = DecodedDetector(checkpoint, config.data.names)
    score = SCORE if score is None else score
    return Subject(
        light=light,
        norm=Norm(divisor=decoded.stride, border=GREY),
        network=Suppressed(decoded, score, IOU, ROWS),
        size=(config.train.imgsz,) * 2,
        outputs=('boxes', 'scores', 'labels'),
        reference=lambda lit: decoded.reference(lit, score),
        names=decoded.names,
        about=dict(task='detect'),
        step=decoded.stride,
    )
