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
from .tree import UnreadableError


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
    def pictures(self, pixels: Sequence[np.ndarray], name: str) -> np.ndarray:
        """Treat images of one size and dtype, each on its own; ``name`` is that of the first.

        Returns:
            ``(N, H, W, 3)`` RGB, uint8 or uint16.

        Raises:
            UnreadableError: If the method cannot take pictures of this size.
        """
        images = to_unit(np.stack(pixels), self.device)
        with _taken():
            return to_pixels(self.light(images, self._generator(name)), self.bits)

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
    return images.float().div_(255).contiguous()


def to_pixels(images: Tensor, bits: int = 8) -> np.ndarray:
    """``(N, 3, H, W)`` float in [0, 1] -> ``(N, H, W, 3)`` uint8 or uint16, rounded, same colour order.

    Raises:
        UnreadableError: If values are NaN or infinite, which would become black or white.
    """
    if not images.sum().isfinite():
        raise UnreadableError('the network gives NaN or infinity for it; take other weights')
    white = 2**bits - 1
    pixels = (images * white).round_().clamp_(0, white)
    pixels = pixels.byte() if bits == 8 else pixels.int()
    given = pixels.permute(0, 2, 3, 1).contiguous().cpu().numpy()
    return given if bits == 8 else given.astype(np.uint16)
