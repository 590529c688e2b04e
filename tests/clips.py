"""Made-up clips that the tests share."""

import numpy as np
import torch


def disc_clip(frames=16, size=(64, 80), level=0.12, noise=0.012, radius=8, seed=0, moves=True):
    """A bright disc moves over a textured ground in the dark.

    Returns the clip ``(T, 3, H, W)`` float RGB in [0, 1] on the grid of k / 255, and where the disc
    is, ``(T, H, W)`` bool.
    """
    rng = np.random.default_rng(seed)
    height, width = size
    y, x = np.mgrid[0:height, 0:width]
    ground = level * (
        0.4 + 0.3 * rng.random((3, height // 4, width // 4)).repeat(4, 1).repeat(4, 2)
    )
    clip, places = [], []
    for t in range(frames):
        step = t if moves else 0
        centre = (height / 2 + 6 * np.sin(step / 3), 14 + step * (width - 28) / (frames - 1))
        inside = (y - centre[0]) ** 2 + (x - centre[1]) ** 2 <= radius**2
        frame = np.where(inside, np.array([0.9, 1.6, 1.2])[:, None, None] * level, ground)
        clip.append(frame + rng.normal(0, noise, frame.shape))
        places.append(inside)
    levels = (np.stack(clip).clip(0, 1) * 255).round() / 255
    return torch.from_numpy(levels.astype(np.float32)), torch.from_numpy(np.stack(places))
