"""Masking for detection: erase cells of a grid on and off the objects, and shrink their boxes."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from .random import uniform
from .regions import boxes_to_mask


@dataclass(frozen=True)
class GridDraw:
    """Which cells of each picture are erased; one draw, shared by the day and the night view.

    A cell is *front* when it holds a pixel that a box touches, else *back*.

    Args:
        num_blocks: Cells per side.
        front_ratio: Share of a picture's front cells that is erased.
        back_ratio: Share of its back cells that is erased.
        highlight: Probability of showing the boxes alone instead.

    The defaults are the published numbers (WiiD, ECCV 2024).
    """

    num_blocks: int = 5
    front_ratio: float = 0.0
    back_ratio: float = 0.3
    highlight: float = 0.0

    def __post_init__(self):
        if self.num_blocks < 1:
            raise ValueError(f'GridDraw.num_blocks must be 1 or more, got {self.num_blocks}')
        for name in ('front_ratio', 'back_ratio', 'highlight'):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f'GridDraw.{name} must be in [0, 1], got {getattr(self, name)}')

    def __call__(
        self,
        boxes: Sequence[Tensor],
        size: tuple[int, int],
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Draw what stays visible.

        Args:
            boxes: N tensors ``(n_i, 4)`` float xyxy, pixels; a picture may have none.
            size: ``(H, W)``, pixels.
            generator: Makes the draw repeatable.

        Returns:
            ``(N, H, W)`` bool on the device of the boxes.
        """
        count, cells, device = len(boxes), self.num_blocks**2, boxes[0].device
        row, column = (self._cells(length, device) for length in size)
        front = torch.stack([self._front(box, row, column) for box in boxes]).flatten(1)
        order = uniform(count * cells, (0, 1), generator, device).view(count, cells)
        erased = _share(order, front, self.front_ratio) | _share(order, ~front, self.back_ratio)
        erased = erased.view(count, self.num_blocks, self.num_blocks)
        visible = ~erased[:, row][:, :, column]
        alone = uniform(count, (0, 1), generator, device)[:, None, None] < self.highlight
        return torch.where(alone, boxes_to_mask(boxes, size), visible)

    def _cells(self, length: int, device: torch.device) -> Tensor:
        """Cell of each pixel along one side, ``(length,)`` int64."""
        place = (torch.arange(length, device=device) + 0.5) / length
        return (place * self.num_blocks).long()

    def _front(self, boxes: Tensor, row: Tensor, column: Tensor) -> Tensor:
        """Cells that boxes touch, ``(num_blocks, num_blocks)`` bool."""
        in_y, in_x = touched(boxes, (len(row), len(column)))
        cells = torch.arange(self.num_blocks, device=boxes.device)
        rows = (in_y.float() @ (row[:, None] == cells).float()).bool()
        columns = (in_x.float() @ (column[:, None] == cells).float()).bool()
        return (rows[:, :, None] & columns[:, None]).any(0)


def shrink_boxes(boxes: Sequence[Tensor], visible: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """Shrink each box to the bounding rectangle of what is visible of it; drop it if nothing is.

    Args:
        boxes: N tensors ``(n_i, 4)`` float xyxy, pixels.
        visible: ``(N, H, W)`` bool.

    Returns:
        N tensors of the boxes that are left, and N tensors ``(n_i,)`` bool that say which those are.
        A box of which all is visible keeps its exact coordinates.
    """
    shrunk, kept = [], []
    for box, shown in zip(boxes, visible, strict=True):
        in_y, in_x = touched(box, tuple(shown.shape))
        left = in_y[:, :, None] & in_x[:, None] & shown
        columns, rows = left.any(1), left.any(2)
        low = torch.stack([_first(columns), _first(rows)], 1)
        high = torch.stack([_last(columns), _last(rows)], 1) + 1
        keep = columns.any(1)
        inner = torch.cat([box[:, :2].maximum(low), box[:, 2:].minimum(high)], 1)
        shrunk.append(inner[keep].to(box.dtype))
        kept.append(keep)
    return shrunk, kept


def touched(boxes: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Rows ``(n, H)`` and columns ``(n, W)``, bool, of the pixels that each box touches."""
    sides = []
    for length, low, high in ((size[0], 1, 3), (size[1], 0, 2)):
        pixel = torch.arange(length, device=boxes.device)
        sides.append((pixel + 1 > boxes[:, low, None]) & (pixel < boxes[:, high, None]))
    return sides[0], sides[1]


def _share(order: Tensor, among: Tensor, ratio: float) -> Tensor:
    """Mark the first ``ratio`` of the cells ``among`` by ``order``, all ``(N, cells)``."""
    rank = order.masked_fill(~among, 2.0).argsort(1).argsort(1)
    return among & (rank < (among.sum(1, keepdim=True) * ratio).round())


def _first(marks: Tensor) -> Tensor:
    return marks.float().argmax(1)


def _last(marks: Tensor) -> Tensor:
    return marks.shape[1] - 1 - marks.flip(1).float().argmax(1)
