"""Trained networks that change the light of pictures: whole, or large ones in tiles."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor

from ..weights.translation import read_state
from .cut_generator import Generator
from .cut_tiles import measure, translate
from .light import Light
from .tiles import SIDE, Source, Tile, in_tiles, tiles
from .zero_dce import REACH, CurveNetwork, apply_curves

Network = TypeVar('Network', CurveNetwork, Generator)

AT_ONCE = {False: 2**18, True: 2**22}  # on a GPU? -> pixels that go through a network together


class ZeroDCEEnhance(Light):
    """A trained Zero-DCE network; in a clip the mean of its curves over the given frames.

    Large images go through it in tiles, which give the same result in less memory. The curves of a
    clip are kept whole, 96 bytes per pixel.

    Args:
        weights: A published file or a checkpoint of ``configs/enhance``.
    """

    def __init__(self, weights: str | Path):
        self.weights = weights
        self.network = _frozen(CurveNetwork, weights, 'network')

    def __call__(self, images: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Brighten each picture by its own curves."""
        return self._in_tiles(self.network.to(images.device), images).to(images.dtype)

    def parts(
        self, source: Source, generator: torch.Generator | None = None
    ) -> Iterator[tuple[Tile, Tensor]]:
        """Brighten each part by its own curves, as for the whole."""
        network = self.network.to(source.device)
        for tile in tiles(*source.size, SIDE[source.on_gpu], REACH):
            yield tile, tile.inside(network(source.read(tile.around_rows, tile.around_columns)))

    def for_clip(
        self, frames: Tensor, generator: torch.Generator | None = None
    ) -> Callable[[Tensor], Tensor]:
        """Take the mean of the curves of the given frames."""
        network = self.network.to(frames.device)
        curves = self._in_tiles(network.curves, frames[:1])
        for frame in frames[1:]:
            curves += self._in_tiles(network.curves, frame[None])
        curves /= len(frames)
        return lambda images: torch.cat([apply_curves(image[None], curves) for image in images])

    def _in_tiles(self, function: Callable[[Tensor], Tensor], images: Tensor) -> Tensor:
        """Apply what sees as far as the network: a few images at a time, or in tiles."""
        if not _is_large(images):
            return torch.cat([function(part) for part in _few(images)])
        side = SIDE[images.is_cuda]
        return in_tiles(function, images, side, REACH, 4 if images.is_cuda else 1)


class CUTDarken(Light):
    """A trained CUT generator, which goes from day to *enhanced* dark pictures in one step.

    In a clip its normalisation statistics are those of the given frames. Large images go through it
    in tiles, which give the same result in less memory, and slower: the statistics are taken first.

    Args:
        weights: A published ``latest_net_G.pth`` or a checkpoint of ``configs/darken``.
    """

    enhanced = True

    def __init__(self, weights: str | Path):
        self.weights = weights
        self.network = _frozen(Generator, weights, 'generator')

    def __call__(self, images: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Darken each picture by its own statistics."""
        network = self.network.to(images.device)
        if not _is_large(images):
            return torch.cat([_translate(network, part) for part in _few(images)])
        return torch.cat([_whole(self.parts(Source.of(image)), image) for image in images])

    def parts(
        self, source: Source, generator: torch.Generator | None = None
    ) -> Iterator[tuple[Tile, Tensor]]:
        """Darken the picture by its own statistics, which are taken first."""
        network = self.network.to(source.device).open_norms()
        return translate(network, source, SIDE[source.on_gpu])

    def for_clip(
        self, frames: Tensor, generator: torch.Generator | None = None
    ) -> Callable[[Tensor], Tensor]:
        """Take the normalisation statistics of the given frames."""
        network, side = self.network.to(frames.device), SIDE[frames.is_cuda]
        if not _is_large(frames[:1]) and len(_few(frames)) == 1:
            fixed = network.fixed_to(frames * 2 - 1)
        else:
            fixed = network.open_norms()
            measure(fixed, [Source.of(frame) for frame in frames], side)

        def dark(images: Tensor) -> Tensor:
            if _is_large(images):
                made = (_whole(translate(fixed, Source.of(i), side), i) for i in images)
                return torch.cat(list(made))
            return torch.cat([_translate(fixed, part) for part in _few(images)])

        return dark


def _frozen(network: type[Network], weights: str | Path, part: str) -> Network:
    state = read_state(weights, part)
    if unreal := [name for name, tensor in state.items() if tensor.is_complex()]:
        raise ValueError(f'{weights}: holds complex numbers in {unreal[0]}; real ones are wanted')
    try:
        made = network.from_state_dict(state).eval().requires_grad_(False)
    except ValueError as error:
        raise ValueError(f'{weights}: {error}') from None
    broken = [name for name, tensor in made.state_dict().items() if not tensor.isfinite().all()]
    if broken:
        raise ValueError(
            f'{weights}: holds NaN or infinity in {len(broken)} tensors, the first is {broken[0]}; '
            'its training has diverged: take an earlier checkpoint'
        )
    return made


def _is_large(images: Tensor) -> bool:
    return images.shape[-2] * images.shape[-1] > AT_ONCE[images.is_cuda]


def _few(images: Tensor) -> tuple[Tensor, ...]:
    """Split a batch of images, none of which is large, so that memory does not grow with it."""
    return images.split(AT_ONCE[images.is_cuda] // (images.shape[-2] * images.shape[-1]))


def _whole(parts: Iterator[tuple[Tile, Tensor]], image: Tensor) -> Tensor:
    """Put parts together, ``(1, 3, H, W)``, of the size and dtype of an image ``(3, H, W)``."""
    made = torch.empty_like(image)
    for tile, part in parts:
        made[:, slice(*tile.rows), slice(*tile.columns)] = part[0]
    return made[None]


def _translate(network: Generator, images: Tensor) -> Tensor:
    """Translate images in [0, 1], which the generator has in [-1, 1]."""
    return ((network(images * 2 - 1) + 1) / 2).to(images.dtype)
