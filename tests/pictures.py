"""Made-up pictures that the tests share."""

import cv2
import numpy as np
import torch


def draw_picture(height=48, width=64, seed=0):
    """Shaded ground with a few shapes, ``(H, W, 3)`` uint8 BGR."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:height, 0:width]
    ground = 60 + 80 * (rows / height + columns / width) / 2
    picture = np.repeat(ground[..., None], 3, 2) + rng.normal(0, 4, (height, width, 3))
    picture = np.ascontiguousarray(picture.clip(0, 255).astype(np.uint8))
    for _ in range(4):
        corner = rng.integers(0, (width, height))
        side = rng.integers(4, min(height, width) // 3)
        colour = tuple(int(c) for c in rng.integers(0, 256, 3))
        far = tuple(int(c) for c in corner + side)
        cv2.rectangle(picture, tuple(int(c) for c in corner), far, colour, -1)
    return picture


def rgb_unit(*pictures):
    """BGR uint8 pictures -> ``(N, 3, H, W)`` float32 RGB in [0, 1], the way OpenCV converts."""
    rgb = np.stack([cv2.cvtColor(p, cv2.COLOR_BGR2RGB) for p in pictures])
    return torch.from_numpy(rgb.astype(np.float32).transpose(0, 3, 1, 2)) / 255


def chw(*pictures):
    """BGR uint8 pictures -> ``(N, 3, H, W)`` uint8 as mmpretrain packs them."""
    return torch.from_numpy(np.stack(pictures).transpose(0, 3, 1, 2).copy())


def seeded(seed=0):
    """A torch generator."""
    return torch.Generator().manual_seed(seed)
