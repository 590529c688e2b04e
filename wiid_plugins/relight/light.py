"""A way to change light, applied to images and 8-bit clips that are known by their names."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from ..images import as_floats
from ..translation import Light
from ..translation.tiles import Source, Span
from .tree import UnreadableError

LARGE = 2**20  # pixels; pictures with more become floats part by part, where a method allows it


class Relight:
    """Change the light of images ``(H, W, 3)`` RGB: uint8, uint16, or float32 in [0, 1].

    What is drawn for a file depends on the seed and on its name alone: not on order, batch or number
    of processes.

    Args:
        light: The method.
        device: Where it is computed.
        seed: Of the random draws.
        batch: How many pictures are computed at a time. 1 for a method that draws at random, whose
            draw each picture has to itself.
        bits: 8 or 16, what the light of an image is rounded to in the end.
    """

    def __init__(self, light: Light, device: str, seed: int, batch: int, bits: int = 8):
        self.light, self.device, self.seed, self.batch = light, device, seed, batch
        self.bits = bits

    @torch.inference_mode()
    def pictures(self, pixels: Sequence[np.ndarray], name: str) -> list[np.ndarray]:
        """Treat images of one size and dtype, each on its own; ``name`` is that of the first.

        Returns:
            Each ``(H, W, 3)`` RGB, uint8 or uint16.

        Raises:
            UnreadableError: If the method cannot take pictures of this size.
        """
        with _taken():
            if pixels[0].shape[0] * pixels[0].shape[1] > LARGE:
                return [self._in_parts(picture, name) for picture in pixels]
            images = to_unit(np.stack(pixels), self.device)
            return list(to_pixels(self.light(images, self._generator(name)), self.bits))

    def _in_parts(self, picture: np.ndarray, name: str) -> np.ndarray:
        def read(rows: Span, columns: Span) -> Tensor:
            return to_unit(picture[None, slice(*rows), slice(*columns)].copy(), self.device)

        source = Source((picture.shape[0], picture.shape[1]), read, torch.device(self.device))
        made = np.empty(picture.shape, np.uint8 if self.bits == 8 else np.uint16)
        for tile, part in self.light.parts(source, self._generator(name)):
            made[slice(*tile.rows), slice(*tile.columns)] = to_pixels(part, self.bits)[0]
        return made

    @torch.inference_mode()
    def for_clip(
        self, sample: Sequence[np.ndarray], name: str
    ) -> Callable[[Sequence[np.ndarray]], np.ndarray]:
        """Fix the parameters on some frames of a clip; give what treats all of its frames alike.

        Raises:
            UnreadableError: If the method cannot take frames of this size.
        """
        images = to_unit(np.stack(sample), self.device)
        with _taken():
            fixed = self.light.for_clip(images, self._generator(name))

        @torch.inference_mode()
        def treat(frames: Sequence[np.ndarray]) -> np.ndarray:
            return to_pixels(fixed(to_unit(np.stack(frames), self.device)))

        return treat

    def _generator(self, name: str) -> torch.Generator:
        key = hashlib.sha256(os.fsencode(f'{self.seed}/{name}')).digest()
        return torch.Generator().manual_seed(int.from_bytes(key[:7], 'big'))


@contextmanager
def _taken() -> Iterator[None]:
    try:
        yield
    except ValueError as error:  # how a network says that a picture is too small for it
        raise UnreadableError(str(error)) from None


def to_unit(pixels: np.ndarray, device: str) -> Tensor:
    """Give light to compute with, in the same colour order.

    Args:
        pixels: ``(N, H, W, 3)`` uint8, uint16, or float32 in [0, 1].
        device: Where to.

    Returns:
        ``(N, 3, H, W)`` float32 in [0, 1].
    """
    if pixels.dtype != np.uint8:
        return torch.from_numpy(as_floats(pixels)).to(device).permute(0, 3, 1, 2).contiguous()
    images = torch.from_numpy(pixels).to(device).permute(0, 3, 1, 2)
    made = torch.empty(images.shape, dtype=torch.float32, device=images.device)
    return made.copy_(images).div_(255)


def to_pixels(images: Tensor, bits: int = 8) -> np.ndarray:
    """``(N, 3, H, W)`` float in [0, 1] -> ``(N, H, W, 3)`` uint8 or uint16, rounded, same colour order.

    Raises:
        UnreadableError: If values are NaN or infinite, which would become black or white.
    """
    if not images.sum().isfinite():
        raise UnreadableError('the network gives NaN or infinity for it; take other weights')
    white, kind = 2**bits - 1, torch.uint8 if bits == 8 else torch.int32
    pixels = [
        (i * white).round_().clamp_(0, white).to(kind) for i in images.unbind(1)
    ]  # by colours
    given = torch.stack(pixels, -1).cpu().numpy()
    return given if bits == 8 else given.astype(np.uint16)
