"""Front / back grid masking of detection pictures, and what it leaves of their boxes."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from .random import uniform
from .regions import boxes_to_mask


def covered_pixels(boxes: Sequence[Tensor], size: tuple[int, int]) -> Tensor:
    """Mark every pixel that a box overlaps, however little.

    Args:
        boxes: N tensors ``(n_i, 4)`` xyxy, pixels.
        size: ``(H, W)``, pixels.

    Returns:
        ``(N, H, W)`` bool on the device of the boxes.
    """
    return boxes_to_mask([torch.cat([b[:, :2].floor(), b[:, 2:].ceil()], 1) for b in boxes], size)


def front_cells(boxes: Sequence[Tensor], size: tuple[int, int], num_blocks: int) -> Tensor:
    """Mark the grid cells that a box overlaps.

    Args:
        boxes: N tensors ``(n_i, 4)`` xyxy, pixels.
        size: ``(H, W)``, pixels.
        num_blocks: Cells along each side.

    Returns:
        ``(N, num_blocks, num_blocks)`` bool, rows first, on the device of the boxes.
    """
    fronts = []
    for box in boxes:
        edges = torch.arange(num_blocks + 1, device=box.device)
        y, x = ((edges * side / num_blocks).ceil() for side in size)
        x1, y1, x2, y2 = box.float()[:, :, None].unbind(1)
        in_x, in_y = (x1 < x[1:]) & (x2 > x[:-1]), (y1 < y[1:]) & (y2 > y[:-1])
        fronts.append((in_y[:, :, None] & in_x[:, None]).any(0))
    return torch.stack(fronts)


def shrink_boxes(
    boxes: Sequence[Tensor], visible: Tensor | Sequence[Tensor]
) -> tuple[list[Tensor], list[Tensor]]:
    """Shrink boxes to the bounding rectangle of their visible pixels.

    A box without a hidden pixel comes back as it is. A box with less than a pixel left on a side is
    dropped.

    Args:
        boxes: N tensors ``(n_i, 4)`` float xyxy, pixels.
        visible: ``(N, H, W)`` bool, or N masks of sizes of their own.

    Returns:
        The boxes that are kept, N tensors ``(k_i, 4)``, and which those are, N tensors ``(n_i,)`` bool.

    Raises:
        ValueError: If there is not one mask per picture.
    """
    if len(boxes) != len(visible):
        raise ValueError(f'shrink_boxes: boxes of {len(boxes)} pictures and {len(visible)} masks')
    shrunk, kept = [], []
    for box, mask in zip(boxes, visible, strict=True):
        left, whole = _left_of(box, mask)
        keep = whole | (left[:, 2:] - left[:, :2] >= 1).all(1)
        shrunk.append(torch.where(whole[:, None], box, left)[keep])
        kept.append(keep)
    return shrunk, kept


def _left_of(box: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """What is visible of ``(n, 4)`` boxes in a ``(H, W)`` mask, and which boxes are whole."""
    in_y, in_x = (_overlapped(box[:, i], box[:, i + 2], mask.shape[1 - i]) for i in (1, 0))
    seen_x = (in_y.float() @ mask.float()) * in_x  # visible pixels of each column of the box
    seen_y = (in_x.float() @ mask.float().T) * in_y
    whole = seen_x.sum(1) == in_x.sum(1) * in_y.sum(1)
    (x1, x2), (y1, y2) = (_extent(seen > 0) for seen in (seen_x, seen_y))
    low, high = torch.stack([x1, y1], 1).to(box), torch.stack([x2, y2], 1).to(box)
    return torch.cat([box[:, :2].maximum(low), box[:, 2:].minimum(high)], 1), whole


def _overlapped(low: Tensor, high: Tensor, length: int) -> Tensor:
    """Mark the pixels of one axis that ``(n,)`` intervals overlap: ``(n, length)`` bool."""
    pixel = torch.arange(length, device=low.device)
    return (pixel + 1 > low[:, None]) & (pixel < high[:, None])


def _extent(seen: Tensor) -> tuple[Tensor, Tensor]:
    """First pixel and end of the last one of ``(n, length)`` bool; 0 to 0 where there is none."""
    pixel = torch.arange(seen.shape[1], device=seen.device)
    first = torch.where(seen, pixel, seen.shape[1]).amin(1)
    end = torch.where(seen, pixel + 1, 0).amax(1)
    return first.minimum(end), end


@dataclass(frozen=True)
class GridDraw:
    """Which cells of a grid over each picture are erased; the same for the day and the night view.

    A cell is 'front' when it overlaps a box, else 'back'.

    Args:
        num_blocks: Cells along each side.
        front_ratio: Share of a picture's front cells that are erased.
        back_ratio: Share of its back cells.
        highlight: Probability of showing the boxes alone; a picture without a box stays as it is.

    The defaults are the published numbers.
    """

    num_blocks: int = 5
    front_ratio: float = 0.0
    back_ratio: float = 0.3
    highlight: float = 0.0

    def __post_init__(self) -> None:
        if self.num_blocks < 1:
            raise ValueError(f'GridDraw: num_blocks is at least 1, got {self.num_blocks}')
        for name in ('front_ratio', 'back_ratio', 'highlight'):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f'GridDraw: {name} lies in [0, 1], got {getattr(self, name)}')

    def __call__(
        self,
        boxes: Sequence[Tensor],
        size: tuple[int, int],
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Draw what stays visible of pictures with these boxes.

        Args:
            boxes: N tensors ``(n_i, 4)`` xyxy, pixels.
            size: ``(H, W)``, pixels.
            generator: Makes the draw repeatable.

        Returns:
            ``(N, H, W)`` bool on the device of the boxes.
        """
        n, cells, device = len(boxes), self.num_blocks**2, boxes[0].device
        front = front_cells(boxes, size, self.num_blocks).flatten(1)
        scores = uniform(n * cells, (0, 1), generator, device).view(n, cells)
        alone = uniform(n, (0, 1), generator, device) < self.highlight
        erased = _lowest(scores, front, self.front_ratio) | _lowest(scores, ~front, self.back_ratio)
        row, column = (torch.arange(side, device=device) * self.num_blocks // side for side in size)
        visible = ~erased[:, row[:, None] * self.num_blocks + column]
        if not self.highlight:
            return visible
        alone &= front.any(1)
        return torch.where(alone[:, None, None], covered_pixels(boxes, size), visible)


def _lowest(scores: Tensor, among: Tensor, ratio: float) -> Tensor:
    """Mark the lowest scores among some cells, all ``(N, cells)``; the count is rounded."""
    rank = torch.where(among, scores, 2.0).argsort(1).argsort(1)
    return rank < (among.sum(1, keepdim=True) * ratio).round()
