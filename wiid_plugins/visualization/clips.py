"""Draw clips: a strip of frames per kind of picture, or an animation."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor
from torchvision.utils import make_grid

from ..models.preprocessor import Drawn, PairedPreprocessor
from ..ops.regions import show_only
from ..ops.temporal_gmm import foreground
from .drawn import frames

TITLES = {
    'day': 'day',
    'target': 'target',
    'moving': 'target, moving',
    'night': 'night view',
    'day_masked': 'day, masked',
    'night_masked': 'night, masked',
    'dark': 'unlabelled dark',
}
COLOURS = {'target': (0, 128, 0), 'moving': (128, 128, 128)}  # BGR, of pictures and titles
MARGIN = 140  # room for the titles, px


def clip_columns(
    preprocessor: PairedPreprocessor, data: dict, drawn: Drawn, side: int
) -> dict[str, Tensor]:
    """Lay the frames of what was drawn in a row, each kind ``(N, T, 3, H, W)`` float RGB in [0, 1].

    Several clips of a sample follow each other. The target is green, what moves in a frame is grey,
    which is not known where the loader found the target.

    Args:
        preprocessor: What drew; a :class:`~wiid_plugins.act.PairedClipPreprocessor`.
        data: The batch that it drew from.
        drawn: What it drew.
        side: Width of the frames about, px.
    """
    views = {'day': drawn.day, 'night': drawn.night, 'dark': drawn.dark}
    shown = {name: frames(cast(Tensor, v)) for name, v in views.items() if v is not None}
    if drawn.visible is not None:
        target, visible = cast(Tensor, drawn.target), cast(Tensor, drawn.visible)
        given = 'target_mask' in data
        still = torch.zeros_like(shown['day'][:, :, 0])
        moving = still if given else _moving(preprocessor, cast(Tensor, drawn.day))
        green = (moving + target[:, None]) / 2
        shown['target' if given else 'moving'] = torch.stack([moving / 2, green, moving / 2], 2)
        mean = mean_colour(preprocessor)
        for view in {'day', 'night'} & set(shown):
            shown[f'{view}_masked'] = show_only(shown[view] - mean, visible) + mean
    return {name: resized(shown[name], side) for name in TITLES if name in shown}


def mean_colour(preprocessor: PairedPreprocessor) -> Tensor:
    """What masking leaves, ``(3, 1, 1)`` RGB in [0, 1]: the mean, or grey where none is known."""
    if preprocessor.grey:
        return torch.full((3, 1, 1), 114 / 255)
    return preprocessor.stock.mean.view(3, 1, 1).cpu() / 255


def _moving(preprocessor: PairedPreprocessor, day: Tensor) -> Tensor:
    """Find what moves in each frame as the preprocessor does, ``(N, frames, H, W)``."""
    clips = day.transpose(2, 3).flatten(0, 1) if day.ndim == 6 else day
    return foreground(clips, **preprocessor.gmm).reshape(len(day), -1, *day.shape[-2:])


def resized(clips: Tensor, side: int) -> Tensor:
    """Shrink to the width, or grow by whole pixels to about it."""
    height, width = clips.shape[-2:]
    scale = side / width if side < width else max(1, round(side / width))
    size = (round(scale * height), round(scale * width))
    mode = 'area' if scale < 1 else 'nearest'
    return F.interpolate(clips.flatten(0, 1), size, mode=mode).unflatten(0, clips.shape[:2])


def as_image(pictures: Tensor, columns: int) -> np.ndarray:
    """Lay pictures ``(n, 3, H, W)`` in rows; ``(H, W, 3)`` uint8 BGR."""
    grid = make_grid(pictures, nrow=columns, padding=4, pad_value=1.0)
    return (grid.permute(1, 2, 0).numpy()[..., ::-1] * 255).round().astype(np.uint8)


def bordered(image: np.ndarray, top: int, bottom: int = 0, left: int = 0) -> np.ndarray:
    """Add white room."""
    white = (255, 255, 255)
    return cv2.copyMakeBorder(image, top, bottom, left, 0, cv2.BORDER_CONSTANT, value=white)


def write_text(
    image: np.ndarray, text: str, place: tuple[int, int], colour: tuple[int, int, int] = (0, 0, 0)
) -> None:
    """Write text, ``place`` being its lower left corner."""
    cv2.putText(image, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, 1, cv2.LINE_AA)


def strips(shown: dict[str, Tensor], most: int) -> np.ndarray:
    """Draw a block per sample, in it a strip per kind, ``(H, W, 3)`` uint8 BGR.

    Args:
        shown: Of :func:`clip_columns`.
        most: Frames of a strip at most, evenly over the clip.
    """
    samples, frames = shown['day'].shape[:2]
    chosen = np.linspace(0, frames - 1, min(most, frames)).round().astype(int).tolist()
    blocks = []
    for sample in range(samples):
        rows = torch.cat([clips[sample, chosen] for clips in shown.values()])
        image = bordered(as_image(rows, len(chosen)), 24, 12, MARGIN)
        height, width = (length + 4 for length in rows.shape[2:])
        for column, frame in enumerate(chosen):
            text = f'frame {frame}' if column == 0 else str(frame)
            write_text(image, text, (MARGIN + 8 + column * width, 18))
        for row, name in enumerate(shown):
            for line, text in enumerate(TITLES[name].split(', ')):
                place = (8, 24 + row * height + height // 2 + 18 * line)
                write_text(image, text, place, COLOURS.get(text, (0, 0, 0)))
        blocks.append(image)
    return np.concatenate(blocks)


def write_gif(path: Path, images: Sequence[np.ndarray], seconds: float = 0.15) -> None:
    """Write ``(H, W, 3)`` uint8 BGR images as an endless animation."""
    first, *others = (Image.fromarray(image[..., ::-1]) for image in images)
    first.save(path, save_all=True, append_images=others, duration=1000 * seconds, loop=0)
