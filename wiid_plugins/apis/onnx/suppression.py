"""The best boxes of each image, for any batch size, by one operator of ONNX."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor


class Kept(torch.autograd.Function):
    """Which boxes non-maximum suppression keeps, class by class.

    The graph has ONNX's ``NonMaxSuppression``. PyTorch runs this while the graph is traced only, for
    the shape; what a graph finds is checked against the toolbox's own suppression.
    """

    @staticmethod
    def forward(
        ctx: Any, boxes: Tensor, scores: Tensor, labels: Tensor, classes: int, iou: float
    ) -> Tensor:
        """Give ``(N, K)`` bool for boxes ``(N, K, 4)`` with scores and labels ``(N, K)``."""
        return scores > 0

    @staticmethod
    def symbolic(g: Any, boxes: Any, scores: Any, labels: Any, classes: int, iou: float) -> Any:
        """Give each class the boxes that are of it, suppress, and mark what is left."""

        def number(value: Any, dtype: torch.dtype = torch.int64) -> Any:
            return g.op('Constant', value_t=torch.tensor(value, dtype=dtype))

        second = number([1])
        each = number([[[label] for label in range(classes)]])
        own = g.op('Equal', g.op('Unsqueeze', labels, second), each)
        none = number(-1.0, torch.float32)
        by_class = g.op('Where', own, g.op('Unsqueeze', scores, second), none)
        limits = number([2**31 - 1]), number([iou], torch.float32), number([0.0], torch.float32)
        found = g.op('NonMaxSuppression', boxes, by_class, *limits)  # rows of image, class, box
        places = g.op('Gather', found, number([0, 2]), axis_i=1)
        count = g.op('Shape', g.op('Gather', found, number(0), axis_i=1))
        ones = g.op('Expand', number(1.0, torch.float32), count)
        nothing = g.op('ConstantOfShape', g.op('Shape', scores), value_t=torch.tensor([0.0]))
        return g.op('Cast', g.op('ScatterND', nothing, places, ones), to_i=9)  # bool


def best(
    boxes: Tensor, scores: Tensor, labels: Tensor, classes: int, iou: float | None, rows: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Keep the best boxes.

    Args:
        boxes: ``(N, K, 4)`` left, top, right, bottom in px.
        scores: ``(N, K)``; what is not above 0 is no box.
        labels: ``(N, K)`` int64.
        classes: Their number.
        iou: A box that overlaps a better one of its class by more is dropped; None: none is.
        rows: R, the most boxes of an image.

    Returns:
        Boxes ``(N, R, 4)``, scores and labels ``(N, R)``, best first; rows without a box are -1.
    """
    boxes = F.pad(boxes, (0, 0, 0, rows))
    scores = F.pad(scores, (0, rows), value=-1.0)
    labels = F.pad(labels, (0, rows))
    if iou is not None:
        scores = torch.where(Kept.apply(boxes, scores, labels, classes, iou), scores, -1.0)
    scores, place = scores.topk(rows)
    real = scores > 0
    boxes = boxes.gather(1, place[..., None].expand(-1, -1, 4))
    return (
        torch.where(real[..., None], boxes, -1.0),
        torch.where(real, scores, -1.0),
        torch.where(real, labels.gather(1, place), -1),
    )
