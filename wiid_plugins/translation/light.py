"""One face for all that changes the light of pictures: procedural or learned, picture or clip."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor

from ..ops.lowlight import DarkRanges, brighten, darken, draw_darkness, enhance, fit_exponent
from ..weights.translation import read_state
from .cut_generator import Generator
from .cut_tiles import measure, translate
from .tiles import in_tiles
from .zero_dce import REACH, CurveNetwork, apply_curves

Network = TypeVar('Network', CurveNetwork, Generator)

_AT_ONCE = {False: 2**18, True: 2**22}  # on a GPU? -> pixels that go through a network together
_TILE = {False: 256, True: 1024}  # on a GPU? -> side of a tile of an image that has more


class Light:
    """Change the light of pictures ``(N, 3, H, W)`` float RGB in [0, 1], on the device they are on.

    Calling it treats every picture on its own. :meth:`for_clip` gives what treats all frames of a
    clip alike, so that it does not flicker. It is frozen and no ``nn.Module``: no checkpoint,
    optimizer or DDP of a model that holds one ever sees its weights.

    Attributes:
        weights: Their file, None where there are none.
        enhanced: Whether what comes out already looks like an enhanced dark picture.
        reach: How many pixels around a pixel its result depends on; None: on the whole picture.
    """

    weights: str | Path | None = None
    enhanced = False
    reach: int | None = None

    def __call__(self, images: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Give pictures of the same shape and dtype; ``generator`` makes random draws repeat."""
        raise NotImplementedError

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

    def for_clip(
        self, frames: Tensor, generator: torch.Generator | None = None
    ) -> Callable[[Tensor], Tensor]:
        """Fit one curve to all given frames."""
        joined = torch.cat(list(frames), dim=-1)[None]
        exponent = fit_exponent(joined, **self.curve)
        return lambda images: brighten(images, exponent)


class ZeroDCEEnhance(Light):
    """A trained Zero-DCE network; in a clip the mean of its curves over the given frames.

    Large images go through it in tiles, which give the same result in less memory. The curves of a
    clip are kept whole, 96 bytes per pixel.

    Args:
        weights: A published file or a checkpoint of ``configs/enhance``.
    """

    reach = REACH

    def __init__(self, weights: str | Path):
        self.weights = weights
        self.network = _frozen(CurveNetwork, weights, 'network')

    def __call__(self, images: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Brighten each picture by its own curves."""
        return self._in_parts(self.network.to(images.device), images).to(images.dtype)

    def for_clip(
        self, frames: Tensor, generator: torch.Generator | None = None
    ) -> Callable[[Tensor], Tensor]:
        """Take the mean of the curves of the given frames."""
        network = self.network.to(frames.device)
        curves = self._in_parts(network.curves, frames[:1])
        for frame in frames[1:]:
            curves += self._in_parts(network.curves, frame[None])
        curves /= len(frames)
        return lambda images: torch.cat([apply_curves(image[None], curves) for image in images])

    def _in_parts(self, function: Callable[[Tensor], Tensor], images: Tensor) -> Tensor:
        """Apply what sees as far as the network: a few images at a time, or in tiles."""
        if not _is_large(images):
            return torch.cat([function(part) for part in _few(images)])
        side = _TILE[images.is_cuda]
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
        side = _TILE[images.is_cuda]
        return torch.cat([translate(network.open_norms(), i[None], side) for i in images])

    def for_clip(
        self, frames: Tensor, generator: torch.Generator | None = None
    ) -> Callable[[Tensor], Tensor]:
        """Take the normalisation statistics of the given frames."""
        network, side = self.network.to(frames.device), _TILE[frames.is_cuda]
        if not _is_large(frames[:1]) and len(_few(frames)) == 1:
            fixed = network.fixed_to(frames * 2 - 1)
        else:
            fixed = network.open_norms()
            measure(fixed, frames, side)

        def dark(images: Tensor) -> Tensor:
            if _is_large(images):
                return torch.cat([translate(fixed, image[None], side) for image in images])
            return torch.cat([_translate(fixed, part) for part in _few(images)])

        return dark


_DARKENERS: dict[str, type[Light]] = {'procedural': ProceduralDarken, 'cut': CUTDarken}
_ENHANCERS: dict[str, type[Light]] = {'procedural': ProceduralEnhance, 'zero-dce': ZeroDCEEnhance}


def build_darkener(method: str = 'procedural', **options: Any) -> Light:
    """Make ``procedural`` (options: ranges) or ``cut`` (option: weights) darkening.

    Raises:
        ValueError: If there is no such method, or options and method do not go together.
    """
    return _build('Darken', _DARKENERS, method, options)


def build_enhancer(method: str = 'procedural', **options: Any) -> Light:
    """Make ``procedural`` (options: target, max_gain) or ``zero-dce`` (option: weights) enhancement.

    Raises:
        ValueError: If there is no such method, or options and method do not go together.
    """
    return _build('Enhance', _ENHANCERS, method, options)


def _build(name: str, known: dict[str, type[Light]], method: str, options: dict[str, Any]) -> Light:
    if method not in known:
        raise ValueError(f'{name}: method is one of {sorted(known)}, not {method!r}')
    if (method == 'procedural') == ('weights' in options):
        mend = 'takes no weights' if method == 'procedural' else 'needs weights=FILE'
        raise ValueError(f'{name}: method {method!r} {mend}')
    return known[method](**options)


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
    return images.shape[-2] * images.shape[-1] > _AT_ONCE[images.is_cuda]


def _few(images: Tensor) -> tuple[Tensor, ...]:
    """Split a batch of images, none of which is large, so that memory does not grow with it."""
    return images.split(_AT_ONCE[images.is_cuda] // (images.shape[-2] * images.shape[-1]))


def _translate(network: Generator, images: Tensor) -> Tensor:
    """Translate images in [0, 1], which the generator has in [-1, 1]."""
    return ((network(images * 2 - 1) + 1) / 2).to(images.dtype)
