"""A large image through CUT's generator, whose norms need the whole image, in tiles.

The layers above and below the residual blocks run in tiles that overlap. In between, features at a
quarter of the size are kept whole, on a GPU in its memory, otherwise in temporary files. Each norm's
statistics are taken in a pass over all tiles before the next layers run: the down- and upsampling
layers run once more for each norm in them, the residual blocks once.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .cut_generator import (
    Downsample,
    FixedNorm,
    Generator,
    ResidualBlock,
    Upsample,
    check_size,
)
from .tiles import Source, Tile, tiles

QUARTER = 4  # pixels of the image per pixel of the features that are kept
DOWN, BLOCK, UP = 12, QUARTER, 16  # margins: 9, 4 and 12 pixels are seen, in steps of 4


class _Kept:
    """Features ``(T, H, W, C)`` float32 of all frames, read and written by windows."""

    def __init__(self, shape: tuple[int, ...], device: torch.device):
        self.shape, self.tensor = shape, None
        if device.type == 'cpu':
            self.file = tempfile.TemporaryFile()  # noqa: SIM115  (closed, and gone, with this object)
            self.file.truncate(4 * int(np.prod(shape)))
        else:
            self.tensor = torch.empty(shape, device=device)

    def read(self, frame: int, rows: tuple[int, int], columns: tuple[int, int]) -> Tensor:
        """Copy a window ``(1, C, h, w)``, given in pixels of the image."""
        part = self._part(frame, rows, columns)
        whole = part.clone() if isinstance(part, Tensor) else torch.from_numpy(np.array(part))
        return whole.permute(2, 0, 1)[None].contiguous()

    def write(self, frame: int, tile: Tile, features: Tensor) -> None:
        """Keep the features ``(1, C, h, w)`` of a tile."""
        part, values = self._part(frame, tile.rows, tile.columns), features[0].permute(1, 2, 0)
        if isinstance(part, Tensor):
            part.copy_(values)
        else:
            part[...] = values.float().numpy()

    def _part(
        self, frame: int, rows: tuple[int, int], columns: tuple[int, int]
    ) -> Tensor | np.ndarray:
        """Map the file for this access alone, so that it is not taken for memory of the process."""
        whole: Tensor | np.ndarray
        if self.tensor is not None:
            whole = self.tensor
        else:
            whole = np.memmap(self.file, np.float32, 'r+', shape=self.shape)
        down, across = (slice(a // QUARTER, b // QUARTER) for a, b in (rows, columns))
        return whole[frame, down, across]


class _Moments:
    """Mean and variance over parts, put together in double precision."""

    def __init__(self) -> None:
        self.count, self.mean, self.squares = 0, torch.zeros(()), torch.zeros(())

    def add(self, x: Tensor) -> None:
        """Take in ``(1, C, h, w)``."""
        count = x.shape[-2] * x.shape[-1]
        variance, mean = (
            m.double() for m in torch.var_mean(x.float(), (0, 2, 3), correction=0, keepdim=True)
        )
        apart, both = mean - self.mean, self.count + count
        self.mean = self.mean + apart * (count / both)
        self.squares = (
            self.squares + variance * count + apart.square() * (self.count * count / both)
        )
        self.count = both

    def give(self, norm: nn.Module) -> None:
        """Let a norm have them, unless it has its own."""
        assert isinstance(norm, FixedNorm)
        if norm.moments is None:
            norm.moments = (self.squares / self.count).float(), self.mean.float()


class _Pass:
    """The tiles of all frames, which are of one size, and the features of one after the other."""

    def __init__(self, frames: Sequence[Source], side: int):
        self.frames, self.side = frames, side
        self.height, self.width = (-(-n // QUARTER) * QUARTER for n in frames[0].size)

    def tiles(self, margin: int) -> Iterator[tuple[int, Tile]]:
        for frame in range(len(self.frames)):
            for tile in tiles(self.height, self.width, self.side, margin):
                yield frame, tile

    def window(self, frame: int, tile: Tile) -> Tensor:
        """``(1, 3, h, w)`` in [-1, 1]; at the end of the image by reflection to a multiple of 4."""
        part = self.frames[frame].read(tile.around_rows, tile.around_columns)
        down, across = (n - m for n, m in zip(tile.window, part.shape[-2:], strict=True))
        return F.pad(part * 2 - 1, (0, across, 0, down), mode='reflect')

    def keep(self, channels: int) -> _Kept:
        shape = len(self.frames), self.height // QUARTER, self.width // QUARTER, channels
        return _Kept(shape, self.frames[0].device)


@torch.no_grad()
def measure(fixed: Generator, frames: Sequence[Source], side: int) -> _Kept:
    """Give the norms that have no statistics those of images, of all of them together.

    Args:
        fixed: Of :meth:`Generator.open_norms`.
        frames: Images of one size, at least 8 px a side.
        side: Of a tile, a multiple of 4.

    Returns:
        The features behind the residual blocks.

    Raises:
        ValueError: If H or W is below 8.
    """
    check_size(*frames[0].size)
    run = _Pass(frames, side)
    down, blocks, up = _parts(fixed)

    def taken(layers: nn.Sequential, scale: int) -> Iterator[Tensor]:
        for frame, tile in run.tiles(DOWN):
            yield tile.inside(layers(run.window(frame, tile)), scale)

    _give(down, taken, lambda before: 2 ** sum(isinstance(m, Downsample) for m in before))
    kept = run.keep(_width(blocks))
    for (frame, tile), features in zip(run.tiles(DOWN), taken(down, QUARTER), strict=True):
        kept.write(frame, tile, features)
    spare = run.keep(_width(blocks)), run.keep(_width(blocks))
    for block in blocks:
        _block(block, run, kept, *spare)

    def risen(layers: nn.Sequential, scale: int) -> Iterator[Tensor]:
        for frame, tile in run.tiles(UP):
            window = kept.read(frame, tile.around_rows, tile.around_columns)
            yield tile.inside(layers(window), scale)

    _give(up, risen, lambda before: QUARTER // 2 ** sum(isinstance(m, Upsample) for m in before))
    return kept


@torch.no_grad()
def translate(fixed: Generator, image: Source, side: int) -> Iterator[tuple[Tile, Tensor]]:
    """Translate an image in bounded memory; see :func:`measure`.

    Yields:
        A tile, whose end may lie behind that of the image, and what it becomes, ``(1, 3, h, w)`` in
        [0, 1], which ends with the image.
    """
    kept, (height, width) = measure(fixed, [image], side), image.size
    _, _, up = _parts(fixed)
    for frame, tile in _Pass([image], side).tiles(UP):
        made = tile.inside(up(kept.read(frame, tile.around_rows, tile.around_columns)))
        yield tile, (made[..., : height - tile.rows[0], : width - tile.columns[0]] + 1) / 2


def _give(
    layers: nn.Sequential,
    features: Callable[[nn.Sequential, int], Iterator[Tensor]],
    scale: Callable[[nn.Sequential], int],
) -> None:
    """Give each norm its statistics, in turn."""
    for index, layer in enumerate(layers):
        if isinstance(layer, FixedNorm) and layer.moments is None:
            moments, before = _Moments(), nn.Sequential(*list(layers)[:index])
            for x in features(before, scale(before)):
                moments.add(x)
            moments.give(layer)


def _block(block: ResidualBlock, run: _Pass, x: _Kept, middle: _Kept, end: _Kept) -> None:
    """Run a residual block on what is kept in ``x``, in place."""
    layers = nn.Sequential(*block.conv_block.children())
    for source, target, part, norm in (
        (x, middle, layers[:2], layers[2]),
        (middle, end, layers[2:6], layers[6]),
    ):
        moments = _Moments()
        for frame, tile in run.tiles(BLOCK):
            window = source.read(frame, tile.around_rows, tile.around_columns)
            made = tile.inside(part(window), QUARTER)
            moments.add(made)
            target.write(frame, tile, made)
        moments.give(norm)
    for frame, tile in run.tiles(0):
        where = frame, tile.rows, tile.columns
        x.write(frame, tile, x.read(*where) + layers[6](end.read(*where)))


def _parts(generator: Generator) -> tuple[nn.Sequential, list[ResidualBlock], nn.Sequential]:
    """Layers above, among and below the residual blocks."""
    layers = list(generator.model.children())
    at = [i for i, layer in enumerate(layers) if isinstance(layer, ResidualBlock)]
    blocks = [layer for layer in layers if isinstance(layer, ResidualBlock)]
    return nn.Sequential(*layers[: at[0]]), blocks, nn.Sequential(*layers[at[-1] + 1 :])


def _width(blocks: list[ResidualBlock]) -> int:
    return next(m.in_channels for m in blocks[0].modules() if isinstance(m, nn.Conv2d))
