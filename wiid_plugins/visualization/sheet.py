"""Draw what a config trains on as one picture: a row per sample, a column per kind of view."""

from pathlib import Path
from typing import cast

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from mmengine.config import Config
from torchvision.utils import draw_bounding_boxes

from ..det.preprocessor import boxes_of, shrunk
from ..models.preprocessor import Drawn, PairedPreprocessor, Pictures
from ..ops.regions import show_only
from .clips import (
    TITLES,
    as_image,
    bordered,
    clip_columns,
    mean_colour,
    strips,
    write_gif,
    write_text,
)
from .drawn import drawn_batches

SIDE = 160  # of a picture about, px


def columns(config: Config, count: int, seed: int) -> dict[str, torch.Tensor]:
    """Draw one batch as the training does; each column is ``(count, 3, H, W)`` float RGB in [0, 1].

    Of clips it is ``(count, T, 3, H, W)``.

    Raises:
        ValueError: If the config does not train on pairs.
    """
    if config.default_scope == 'ultralytics':
        from ..yolo.columns import yolo_columns  # optional, and AGPL-3.0

        return yolo_columns(config, count, seed)
    return views(*next(drawn_batches(config, count, seed)))


def views(preprocessor: PairedPreprocessor, data: dict, drawn: Drawn) -> dict[str, torch.Tensor]:
    """Lay out what was drawn from a batch, on the CPU, as :func:`columns` does."""
    if isinstance(drawn.day, torch.Tensor) and drawn.day.ndim > 4:
        return clip_columns(preprocessor, data, drawn, SIDE)
    samples = data['data_samples']
    shown: dict[str, Pictures | None] = {
        v: framed(getattr(drawn, v), samples) for v in ('day', 'night')
    }
    if drawn.visible is not None:
        shown['target'] = [mask.expand(3, -1, -1).float() for mask in cast(Pictures, drawn.target)]
        mean = mean_colour(preprocessor)
        left = shrunk(samples, drawn.visible) if 'gt_instances' in samples[0] else samples
        for view in ('day', 'night'):
            masked = hidden(getattr(drawn, view), drawn.visible, mean)
            shown[f'{view}_masked'] = framed(masked, left)
    shown['dark'] = drawn.dark
    found = {name: shown.get(name) for name in TITLES}
    return same_size({name: each for name, each in found.items() if each is not None})


def hidden(pictures: Pictures | None, visible: Pictures, mean: torch.Tensor) -> Pictures | None:
    """Set to the mean colour what is not visible."""
    if pictures is None:
        return None
    pairs = zip(pictures, visible, strict=True)
    return [show_only(picture[None] - mean, mask[None])[0] + mean for picture, mask in pairs]


def framed(pictures: Pictures | None, samples: list) -> Pictures | None:
    """Draw the boxes of samples that have boxes."""
    if pictures is None or 'gt_instances' not in samples[0]:
        return pictures
    return [
        draw_bounding_boxes(picture, boxes, colors='yellow') if len(boxes) else picture
        for picture, boxes in (
            (p, boxes_of(s.gt_instances)) for p, s in zip(pictures, samples, strict=True)
        )
    ]


def same_size(shown: dict[str, Pictures]) -> dict[str, torch.Tensor]:
    """Pad all pictures at the right and below to the largest, and stack each column."""
    height, width = (max(p.shape[i] for c in shown.values() for p in c) for i in (1, 2))

    def padded(picture: torch.Tensor) -> torch.Tensor:
        return F.pad(picture, (0, width - picture.shape[2], 0, height - picture.shape[1]))

    return {name: torch.stack([padded(p) for p in column]) for name, column in shown.items()}


def sheet(pictures: dict[str, torch.Tensor]) -> np.ndarray:
    """Lay the columns side by side under their titles, ``(H, W, 3)`` uint8 BGR."""
    rows = torch.stack(list(pictures.values()), 1).flatten(0, 1)
    scale = max(1, round(SIDE / rows.shape[-1]))
    rows = F.interpolate(rows, scale_factor=scale, mode='nearest')
    image = bordered(as_image(rows, len(pictures)), 24)
    step = rows.shape[-1] + 4
    for index, name in enumerate(pictures):
        write_text(image, TITLES[name], (8 + index * step, 18))
    return image


def draw(
    config: Config,
    name: str,
    out: Path,
    count: int | None = None,
    frames: int = 8,
    animate: bool = False,
    seed: int = 0,
) -> str:
    """Draw samples of a config and write them; say what was written.

    Args:
        config: Of any toolbox.
        name: What the config is called in sentences.
        out: The PNG.
        count: Samples; None: 8, of clips 3.
        frames: Of a clip, side by side at most.
        animate: Write all frames of clips as a GIF beside the PNG, too.
        seed: Of the draws.

    Raises:
        ValueError: If the config does not train on pairs, or an animation of pictures is asked for.
    """
    of_clips = config.default_scope == 'mmaction'
    if animate and not of_clips:
        raise ValueError(f'--animate: {name} trains on pictures; leave it out')
    shown = columns(config, count or (3 if of_clips else 8), seed)
    out.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(out), strips(shown, frames) if of_clips else sheet(shown))
    written = str(out)
    if animate:
        steps = range(shown['day'].shape[1])
        images = [sheet({k: clip[:, t] for k, clip in shown.items()}) for t in steps]
        write_gif(out.with_suffix('.gif'), images)
        written += f', {out.with_suffix(".gif")}'
    return f'{written}: {len(shown["day"])} samples of {name}'
