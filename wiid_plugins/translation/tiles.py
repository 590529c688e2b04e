"""Cut a large image into tiles that overlap by what a network sees around a pixel."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

Span = tuple[int, int]
SIDE = {False: 256, True: 1024}  # on a GPU? -> pixels of a tile of a large image


@dataclass(frozen=True)
class Source:
    """A large image that is read by windows, so that it may be kept in fewer bits than floats have.

    Attributes:
        size: Height and width.
        read: Rows and columns, each as (from, to) in pixels, -> ``(1, 3, h, w)`` float RGB in [0, 1].
        device: Where that lies.
    """

    size: tuple[int, int]
    read: Callable[[Span, Span], Tensor]
    device: torch.device

    @property
    def on_gpu(self) -> bool:
        """Whether windows are tensors of a GPU."""
        return self.device.type == 'cuda'

    @classmethod
    def of(cls, image: Tensor) -> 'Source':
        """Take an image ``(3, H, W)`` that is floats already."""

        def read(rows: Span, columns: Span) -> Tensor:
            return image[None, :, slice(*rows), slice(*columns)]

        return cls((image.shape[1], image.shape[2]), read, image.device)

    def sample(self, side: int = 32) -> Tensor:
        """Give pixels ``(1, 3, side, side)`` at even distances, those that ``F.interpolate`` takes."""
        height, width = self.size
        columns = [i * width // side for i in range(side)]
        starts = [i * height // side for i in range(side)]
        rows = [self.read((at, at + 1), (0, width))[..., columns] for at in starts]
        return torch.cat(rows, -2)


@dataclass(frozen=True)
class Tile:
    """A part of an image, and the window around it that is read for it, as (from, to) in pixels.

    Attributes:
        rows: Of the part; parts cover each pixel once.
        columns: Of the part.
        around_rows: Of the window; it ends at the border of the image, where a network pads.
        around_columns: Of the window.
    """

    rows: Span
    columns: Span
    around_rows: Span
    around_columns: Span

    @property
    def window(self) -> tuple[int, int]:
        """Height and width of the window."""
        return (
            self.around_rows[1] - self.around_rows[0],
            self.around_columns[1] - self.around_columns[0],
        )

    def inside(self, features: Tensor, scale: int = 1) -> Tensor:
        """Cut the part out of what a network made of the window.

        Args:
            features: ``(..., h, w)`` of the window.
            scale: Pixels of the image per pixel of ``features``.
        """
        top = (self.rows[0] - self.around_rows[0]) // scale
        left = (self.columns[0] - self.around_columns[0]) // scale
        height = (self.rows[1] - self.rows[0]) // scale
        width = (self.columns[1] - self.columns[0]) // scale
        return features[..., top : top + height, left : left + width]


def tiles(height: int, width: int, side: int, margin: int) -> Iterator[Tile]:
    """Give the tiles of an image, row by row; those at its end are as small as what is left.

    Args:
        height: Of the image.
        width: Of the image.
        side: Of a tile.
        margin: What is read around it.
    """
    for rows, around_rows in _spans(height, side, margin):
        for columns, around_columns in _spans(width, side, margin):
            yield Tile(rows, columns, around_rows, around_columns)


def in_tiles(
    function: Callable[[Tensor], Tensor], images: Tensor, side: int, margin: int, batch: int = 1
) -> Tensor:
    """Apply what sees ``margin`` pixels around a pixel, in tiles.

    Args:
        function: ``(N, C, h, w)`` -> ``(N, D, h, w)``, each image on its own.
        images: ``(N, C, H, W)``, any dtype and range.
        side: Of a tile.
        margin: As far as a result depends on what is around it.
        batch: How many windows of one size are given to ``function`` at a time.

    Returns:
        ``(N, D, H, W)``, as ``function`` gives it for whole images.
    """
    made: Tensor | None = None
    for group in _groups(images, side, margin, batch):
        windows = [
            images[n, :, slice(*tile.around_rows), slice(*tile.around_columns)] for n, tile in group
        ]
        for (n, tile), result in zip(group, function(torch.stack(windows)), strict=True):
            if made is None:
                made = result.new_empty(len(images), len(result), *images.shape[-2:])
            made[n, :, slice(*tile.rows), slice(*tile.columns)] = tile.inside(result)
    assert made is not None
    return made


def _groups(images: Tensor, side: int, margin: int, batch: int) -> Iterator[list[tuple[int, Tile]]]:
    """Tiles, with the index of their image, whose windows have one size."""
    waiting: dict[tuple[int, int], list[tuple[int, Tile]]] = {}
    for n in range(len(images)):
        for tile in tiles(images.shape[-2], images.shape[-1], side, margin):
            group = waiting.setdefault(tile.window, [])
            group.append((n, tile))
            if len(group) == batch:
                yield waiting.pop(tile.window)
    yield from waiting.values()


def _spans(length: int, side: int, margin: int) -> Iterator[tuple[Span, Span]]:
    for start in range(0, length, side):
        stop = min(start + side, length)
        yield (start, stop), (max(start - margin, 0), min(stop + margin, length))
