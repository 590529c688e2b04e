"""One face for all that changes the light of pictures, and the methods without weights."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..ops.lowlight import DarkRanges, brighten, darken, draw_darkness, enhance, fit_exponent
from .tiles import SIDE, Source, Tile, tiles


class Light:
    """Change the light of pictures ``(N, 3, H, W)`` float RGB in [0, 1], on the device they are on.

    Calling it treats every picture on its own. :meth:`for_clip` gives what treats all frames of a
    clip alike, so that it does not flicker. It is frozen and no ``nn.Module``: no checkpoint,
    optimizer or DDP of a model that holds one ever sees its weights.

    Attributes:
        weights: Their file, None where there are none.
        enhanced: Whether what comes out already looks like an enhanced dark picture.
    """

    weights: str | Path | None = None
    enhanced = False

    def __call__(self, images: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Give pictures of the same shape and dtype; ``generator`` makes random draws repeat."""
        raise NotImplementedError

    def parts(
        self, source: Source, generator: torch.Generator | None = None
    ) -> Iterator[tuple[Tile, Tensor]]:
        """Treat a large picture part by part, so that it need not be floats as a whole.

        Yields:
            Where a part lies, and what it becomes, ``(1, 3, h, w)``. Unless a method knows better
            there is one, the whole.
        """
        (whole,) = tiles(*source.size, max(source.size), 0)
        yield whole, self(source.read(whole.rows, whole.columns), generator)

    def for_clip(
        self, frames: Tensor, generator: torch.Generator | None = None
    ) -> Callable[[Tensor], Tensor]:
        """Fix the parameters on some frames ``(T, 3, H, W)`` of a clip, for all of its frames."""
        raise NotImplementedError


class ProceduralDarken(Light):
    """:func:`~wiid_plugins.ops.lowlight.darken`; in a clip one draw, and fresh noise per frame.

    Args:
        **ranges: Of :class:`~wiid_plugins.ops.lowlight.DarkRanges`.
    """

    def __init__(self, **ranges: Any):
        self.ranges = DarkRanges(**ranges)

    def __call__(self, images: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Darken each picture by its own draw."""
        return darken(images, self.ranges, generator=generator)

    def for_clip(
        self, frames: Tensor, generator: torch.Generator | None = None
    ) -> Callable[[Tensor], Tensor]:
        """Draw once; the noise is fresh in every frame."""
        draw = draw_darkness(1, self.ranges, generator, frames.device)

        def dark(images: Tensor) -> Tensor:
            each = type(draw)(*(p.expand(len(images)) for p in draw))
            return darken(images, draw=each, generator=generator)

        return dark


class ProceduralEnhance(Light):
    """:func:`~wiid_plugins.ops.lowlight.enhance`; in a clip one curve.

    Args:
        **curve: ``target`` and ``max_gain``.
    """

    def __init__(self, **curve: float):
        self.curve = curve

    def __call__(self, images: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Brighten each picture by its own curve."""
        return enhance(images, **self.curve)

    def parts(
        self, source: Source, generator: torch.Generator | None = None
    ) -> Iterator[tuple[Tile, Tensor]]:
        """Fit one curve to the picture's sample."""
        exponent = fit_exponent(source.sample(), **self.curve)
        for tile in tiles(*source.size, SIDE[source.on_gpu], 0):
            yield tile, brighten(source.read(tile.rows, tile.columns), exponent)

    def for_clip(
        self, frames: Tensor, generator: torch.Generator | None = None
    ) -> Callable[[Tensor], Tensor]:
        """Fit one curve to all given frames."""
        joined = torch.cat(list(frames), dim=-1)[None]
        exponent = fit_exponent(joined, **self.curve)
        return lambda images: brighten(images, exponent)
