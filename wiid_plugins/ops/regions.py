"""Region-dependent masking: highlight the target, erase inside it, patch outside it."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from .random import uniform

Range = tuple[float, float]


def most_salient(saliency: Tensor, keep: Tensor) -> Tensor:
    """Mark the most salient share of each map.

    The threshold is read off every s-th row and column, at least 64 of each where there are as many:
    a saliency map is no finer, and sorting all its pixels costs more than making it. The share is met
    to about a percent, exactly in maps of less than 128 rows or columns.

    Args:
        saliency: ``(N, H, W)`` float.
        keep: ``(N,)`` share of the pixels to mark, in [0, 1].

    Returns:
        ``(N, H, W)`` bool; of equal values at the threshold all are marked.
    """
    step = max(min(saliency.shape[1:]) // 64, 1)
    ordered = saliency[:, ::step, ::step].flatten(1).sort(descending=True).values
    last = (keep.to(saliency.device) * ordered.shape[1]).long().clamp(1, ordered.shape[1]) - 1
    return saliency >= ordered.gather(1, last[:, None])[:, :, None]


def boxes_to_mask(boxes: Sequence[Tensor], size: tuple[int, int]) -> Tensor:
    """Rasterise the union of each image's boxes.

    Args:
        boxes: N tensors ``(n_i, 4)`` xyxy in pixels; a pixel is inside when its centre is.
        size: ``(H, W)``, pixels.

    Returns:
        ``(N, H, W)`` bool on the device of the boxes.
    """
    masks = []
    for box in boxes:
        x = torch.arange(size[1], device=box.device) + 0.5
        y = torch.arange(size[0], device=box.device) + 0.5
        x1, y1, x2, y2 = box.float().unbind(-1)
        in_x = (x >= x1[:, None]) & (x < x2[:, None])
        in_y = (y >= y1[:, None]) & (y < y2[:, None])
        masks.append((in_y[:, :, None] & in_x[:, None]).any(0))
    return torch.stack(masks)


def draw_blocks(
    n: int,
    size: tuple[int, int],
    block: Range,
    cover: Range,
    generator: torch.Generator | None = None,
    device: torch.device | str = 'cpu',
) -> Tensor:
    """Draw square blocks on a grid of random pitch and offset until they cover enough.

    Args:
        n: Number of images, each with a draw of its own.
        size: ``(H, W)``, pixels.
        block: Side of a block as a share of the longer image side, (low, high).
        cover: Share of the image that the blocks cover, (low, high); met to within one block.
        generator: Makes the draw repeatable.
        device: Where the result lives.

    Returns:
        ``(n, H, W)`` bool, True inside a block.
    """
    height, width = size
    longer = max(size)
    pitch = (uniform(n, block, generator, device) * longer).round().clamp_min(1)
    pitch, wanted = pitch[:, None], uniform(n, cover, generator, device)
    cells = int(longer / max(round(block[0] * longer), 1)) + 2

    def cell_of(length: int) -> Tensor:
        offset = (uniform(n, (0, 1), generator, device)[:, None] * pitch).floor()
        return ((torch.arange(length, device=device) + offset) / pitch).floor().long()

    def share(index: Tensor) -> Tensor:
        return torch.zeros(n, cells, device=device).scatter_add_(
            1, index, torch.full(index.shape, 1 / index.shape[1], device=device)
        )

    rows, columns = cell_of(height), cell_of(width)
    area = (share(rows)[:, :, None] * share(columns)[:, None]).flatten(1)
    order = uniform(n * cells * cells, (0, 1), generator, device).view(n, -1).argsort(1)
    covered = area.gather(1, order).cumsum(1) - area.gather(1, order) / 2  # nearest to `wanted`
    chosen = torch.zeros_like(area, dtype=torch.bool).scatter_(1, order, covered < wanted[:, None])
    flat = rows[:, :, None] * cells + columns[:, None]
    return chosen.gather(1, flat.flatten(1)).view(n, height, width)


def visible_part(target: Tensor, erased: Tensor, patched: Tensor) -> Tensor:
    """Combine target and blocks, all ``(N, H, W)`` bool, into what stays visible.

    Inside the target everything but the erased blocks, outside it only the patched blocks. Without
    any block this is plain target highlighting.
    """
    return torch.where(target, ~erased, patched)


def show_only(images: Tensor, visible: Tensor, fill: Tensor | None = None) -> Tensor:
    """Give images where they are visible, and ``fill`` elsewhere.

    Args:
        images: ``(N, C, ..., H, W)`` float; a clip ``(N, C, T, H, W)`` gets the same blocks through
            all its frames.
        visible: ``(N, H, W)`` bool.
        fill: ``(C, h, w)``, a tile that is repeated from the upper left corner on; None: 0.

    Returns:
        As large as the images and of their dtype.
    """
    while visible.ndim < images.ndim:
        visible = visible.unsqueeze(1)
    if fill is None:
        return images * visible
    (height, width), (h, w) = images.shape[-2:], fill.shape[-2:]
    tiled = fill.to(images.dtype).repeat(1, -(-height // h), -(-width // w))[:, :height, :width]
    while tiled.ndim < images.ndim - 1:
        tiled = tiled.unsqueeze(1)
    return torch.where(visible, images, tiled)


def in_turn(visible: Tensor, n: int) -> Tensor:
    """Masks ``(B, H, W)`` of a batch for ``n`` pictures beside it: in turn, from the first one on."""
    return visible[torch.arange(n, device=visible.device) % len(visible)]


@dataclass(frozen=True)
class RegionDraw:
    """Which images are masked, and how; one draw per image, shared by all its views.

    Args:
        highlight: Probability of showing the target alone.
        blocks: Probability of erasing blocks inside the target and patching blocks outside it. The
            rest of the images stays whole.
        erase: Share of the image covered by the blocks that are erased inside the target.
        patch: Share of the image covered by the blocks that stay visible outside it.
        block: Side of a block as a share of the longer image side (published: 32 to 63 of 224 px).

    The published probabilities are 0.1 and 0.6, with 0.5 to 0.6 of the picture covered.
    """

    highlight: float = 0.1
    blocks: float = 0.6
    erase: Range = (0.5, 0.6)
    patch: Range = (0.4, 0.5)
    block: Range = (32 / 224, 63 / 224)

    def __post_init__(self) -> None:
        if min(self.highlight, self.blocks) < 0 or self.highlight + self.blocks > 1:
            raise ValueError(
                'RegionDraw: highlight and blocks are probabilities with a sum of at most 1, got '
                f'{self.highlight} and {self.blocks}'
            )

    def __call__(self, target: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Draw what stays visible: target ``(N, H, W)`` bool -> ``(N, H, W)`` bool."""
        n, height, width = target.shape
        size = height, width
        kind = uniform(n, (0, 1), generator, target.device)[:, None, None]
        erased = draw_blocks(n, size, self.block, self.erase, generator, target.device)
        patched = draw_blocks(n, size, self.block, self.patch, generator, target.device)
        highlighted = kind < self.highlight
        masked = visible_part(target, erased & ~highlighted, patched & ~highlighted)
        return masked | (kind >= self.highlight + self.blocks)
