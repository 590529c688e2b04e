"""Changes of light by classical image processing: CLAHE, and Fourier amplitudes of dark images."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..images import SUFFIXES, as_bytes, decode
from ..ops.style import mix_amplitude
from .light import Light

MOST = 512  # dark images that are kept
SIDE = 256  # px of their longer side at most: low frequencies alone count


class CLAHEEnhance(Light):
    """OpenCV's adaptive histogram equalisation of lightness, with limited contrast, in 8 bits.

    Args:
        clip: Limit of the contrast.
        grid: Tiles per side.

    Source: Zuiderveld, Graphics Gems IV, 1994.
    """

    def __init__(self, clip: float = 2.0, grid: int = 8):
        self.clip, self.grid = clip, grid

    def __call__(self, images: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Equalise each picture."""
        return torch.stack([self._one(image) for image in images])

    def for_clip(
        self, frames: Tensor, generator: torch.Generator | None = None
    ) -> Callable[[Tensor], Tensor]:
        """Equalise each frame: there are no parameters to fix."""
        return self

    def _one(self, image: Tensor) -> Tensor:
        pixels = as_bytes(image.float().permute(1, 2, 0).cpu().numpy())
        lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)
        lab[..., 0] = cv2.createCLAHE(self.clip, (self.grid, self.grid)).apply(lab[..., 0])
        lit = torch.from_numpy(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)).permute(2, 0, 1)
        return (lit.to(image.device).float() / 255).to(image.dtype)


class FourierDarken(Light):
    """Give low spatial frequencies the amplitude of unlabelled dark images, one drawn for each.

    Args:
        dark: Folder of dark images.
        strength: Range of how much is taken over, in [0, 1].
        reach: See :func:`~wiid_plugins.ops.style.mix_amplitude`.

    Raises:
        FileNotFoundError: If the folder has no image, when the first is needed.

    Source: Yang & Soatto, CVPR 2020 (FDA).
    """

    def __init__(
        self, dark: str | Path, strength: tuple[float, float] = (0.5, 1.0), reach: float = 0.1
    ):
        self.dark, self.strength, self.reach = Path(dark), strength, reach

    @cached_property
    def images(self) -> list[Tensor]:
        """Dark images, ``(3, h, w)`` uint8 RGB, evenly over the folder."""
        files = sorted(f for f in self.dark.rglob('*') if f.suffix.lower() in SUFFIXES)
        if not files:
            raise FileNotFoundError(f'{self.dark}: no image here, and darken.method is fourier')
        places = np.linspace(0, len(files) - 1, min(MOST, len(files))).astype(int)
        return [_small(decode(files[place])) for place in places]

    def __call__(self, images: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Mix each picture with a dark one."""
        chosen = torch.randint(len(self.images), (len(images),), generator=generator)
        low, high = self.strength
        share = low + (high - low) * torch.rand(len(images), generator=generator)
        size = images.shape[-2:]
        dark = [F.interpolate(self.images[i][None].float() / 255, size=size) for i in chosen]
        others = torch.cat(dark).to(images.device)
        return mix_amplitude(images, others, share.to(images.device), self.reach)

    def for_clip(
        self, frames: Tensor, generator: torch.Generator | None = None
    ) -> Callable[[Tensor], Tensor]:
        """Draw one dark image and one strength for all frames."""
        seed = int(torch.randint(2**31, (), generator=generator))

        def dark(images: Tensor) -> Tensor:
            each = (torch.Generator().manual_seed(seed) for _ in images)
            pairs = zip(images, each, strict=True)
            return torch.cat([self(image[None], draw) for image, draw in pairs])

        return dark


def _small(pixels: np.ndarray) -> Tensor:
    scale = min(1, SIDE / max(pixels.shape[:2]))
    size = [max(1, round(edge * scale)) for edge in pixels.shape[1::-1]]
    small = cv2.resize(as_bytes(pixels), size, interpolation=cv2.INTER_AREA)
    return torch.from_numpy(small).permute(2, 0, 1)
