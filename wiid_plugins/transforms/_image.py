"""Pictures of a pipeline, ``(H, W, 3)`` BGR, uint8 or float32 in [0, 255], for ops, and back."""

from collections.abc import Sequence

import numpy as np
import torch
from mmcv.transforms.utils import cache_randomness
from torch import Tensor

from ..translation import Light

Picture = np.ndarray | Sequence[np.ndarray]


def to_unit(image: np.ndarray) -> Tensor:
    """``(H, W, 3)`` BGR, uint8 or float32 in [0, 255] -> ``(1, 3, H, W)`` float32 RGB in [0, 1]."""
    return torch.from_numpy(image[..., ::-1].copy()).permute(2, 0, 1)[None].float() / 255


def to_image(images: Tensor, dtype: np.dtype | str = 'uint8') -> np.ndarray:
    """``(1, 3, H, W)`` float RGB in [0, 1] -> ``(H, W, 3)`` BGR, uint8, rounded, or float32."""
    pixels = (images[0] * 255).clamp(0, 255)
    pixels = pixels.round().byte() if dtype == 'uint8' else pixels.float()
    return np.ascontiguousarray(pixels.permute(1, 2, 0).numpy()[..., ::-1])


def relit(light: Light, picture: Picture, generator: torch.Generator | None = None) -> Picture:
    """Change the light of a picture, or of a clip's frames alike.

    Args:
        light: What changes it.
        picture: ``(H, W, 3)`` BGR, uint8 or float32 in [0, 255], or mmaction2's frames, T times
            ``(H, W, 3)`` uint8 RGB.
        generator: Makes random draws repeat.

    Returns:
        The same, of the same dtype.
    """
    if isinstance(picture, np.ndarray):
        return to_image(light(to_unit(picture), generator), picture.dtype)
    frames = torch.cat([to_unit(frame[..., ::-1]) for frame in picture])
    lit = light.for_clip(frames, generator)(frames)
    return [to_image(frame[None])[..., ::-1].copy() for frame in lit]


class Seeded:
    """Mixin: one torch generator per sample, seeded from the pipeline's numpy stream.

    With ``seed`` set, the draw depends on the sample's index alone: the same picture in every
    epoch and process, as a validation set needs it.
    """

    seed: int | None = None

    @cache_randomness
    def _draw_seed(self) -> int:
        return int(np.random.randint(2**31))

    def generator(self, results: dict) -> torch.Generator:
        """Make the generator of this sample."""
        fixed = None if self.seed is None else self.seed + results.get('sample_idx', 0)
        return torch.Generator().manual_seed(self._draw_seed() if fixed is None else fixed)
