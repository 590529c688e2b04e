"""A detector of Ultralytics as one network, from images to decoded boxes before suppression."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from ultralytics.nn.modules import Detect
from ultralytics.utils.nms import non_max_suppression
from ultralytics.utils.ops import xywh2xyxy

from .checkpoint import open_for
from .model import OTHER_TASKS

SCORE, IOU, ROWS = 0.25, 0.7, 300  # of `yolo predict`: least score, overlap, boxes of an image
GREY = 114 / 255  # Ultralytics' border


class DecodedDetector(nn.Module):
    """Give every box with its best class.

    Args:
        path: A paired or stock ``.pt``.
        names: The classes that it was trained on.

    Attributes:
        names: Of the classes.
        stride: Sides of images are multiples of it.
        suppressed: Whether its head gives no box twice, as YOLO26's.

    Raises:
        FileNotFoundError: If there is no such file.
        pickle.UnpicklingError: If it asks for anything but models of Ultralytics and of this package.
        ValueError: If it is damaged, of other classes, or finds no boxes.
    """

    def __init__(self, path: Path, names: Sequence[str]):
        super().__init__()
        model: Any = open_for(path, names)
        head: Any = getattr(model, 'model', [None])[-1]
        if not isinstance(head, Detect) or isinstance(head, OTHER_TASKS):
            raise ValueError(f'{path}: ends in {type(head).__name__}; take a YOLO that finds boxes')
        self.stock = copy.deepcopy(model).float().eval()
        self.model = model.float().eval()
        head.export = head.dynamic = True
        self.names = list(names)
        self.stride = int(max(model.stride))
        self.suppressed = bool(head.end2end)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """``(N, 3, H, W)`` RGB in [0, 1] -> boxes ``(N, K, 4)``, scores and labels ``(N, K)``."""
        found = self.model.predict(images)
        if self.suppressed:
            return found[..., :4], found[..., 4], found[..., 5].long()
        scores, labels = found[:, 4:].max(1)
        return xywh2xyxy(found[:, :4].transpose(1, 2)), scores, labels

    def reference(self, images: Tensor, score: float) -> list[tuple[Tensor, Tensor, Tensor]]:
        """Boxes, scores and labels of each image, as ``yolo predict`` finds them."""
        with torch.no_grad():
            found = non_max_suppression(
                self.stock.predict(images), score, IOU, max_det=ROWS, end2end=self.suppressed
            )
        return [(rows[:, :4], rows[:, 4], rows[:, 5].long()) for rows in found]
