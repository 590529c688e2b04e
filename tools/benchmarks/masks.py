"""Region-dependent masks made image by image on the CPU, as the published code does."""

import cv2
import numpy as np
import torch
from torch import Tensor

from wiid_plugins.ops.regions import RegionDraw


class CpuMasks:
    """Draw what stays visible of each image with one OpenCV call and a NumPy loop per image.

    The probabilities and shares are those of the config. As published, the saliency is that of the
    *normalised* picture cast to uint8. Every image gets one, as in the batched masks; the published
    code draws once per batch whether it needs any.

    Args:
        regions: Which images are masked, and how.
        keep: Share of the picture that is target, (low, high).
    """

    def __init__(self, regions: RegionDraw, keep: tuple[float, float]):
        self.regions, self.keep = regions, keep
        self.detector = cv2.saliency.StaticSaliencySpectralResidual_create()
        self.rng = np.random.default_rng(0)

    def __call__(self, day: Tensor) -> Tensor:
        """Normalised images ``(B, 3, H, W)`` -> visible ``(B, H, W)`` bool on their device."""
        pictures = np.ascontiguousarray(day.permute(0, 2, 3, 1).byte().cpu().numpy())
        return torch.from_numpy(np.stack([self._mask(p) for p in pictures])).to(day.device)

    def _mask(self, picture: np.ndarray) -> np.ndarray:
        regions, size = self.regions, picture.shape[:2]
        saliency = self.detector.computeSaliency(picture)[1]
        target = saliency >= np.quantile(saliency, 1 - self.rng.uniform(*self.keep))
        kind = self.rng.uniform()
        if kind < regions.highlight:
            return target
        if kind >= regions.highlight + regions.blocks:
            return np.ones(size, bool)
        return np.where(
            target, ~self._blocks(size, regions.erase), self._blocks(size, regions.patch)
        )

    def _blocks(self, size: tuple[int, int], cover: tuple[float, float]) -> np.ndarray:
        blocks, wanted = np.zeros(size, bool), self.rng.uniform(*cover)
        while blocks.mean() < wanted:
            side = max(round(self.rng.uniform(*self.regions.block) * max(size)), 1)
            y, x = (int(self.rng.integers(1 - side, length)) for length in size)
            blocks[max(y, 0) : y + side, max(x, 0) : x + side] = True
        return blocks
