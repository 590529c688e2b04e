"""Measure the light of day, night views and real dark pictures, and lay it out as a table."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import cast

import torch
from mmengine.config import Config
from torch import Tensor
from tqdm import tqdm

from ..ops.appearance import appearance
from .drawn import drawn_batches, frames

BATCH = 8  # pictures of a detector are large
SHOWN = {  # measure: title, key of DarkRanges
    'red': ('red / green', 'red'),
    'blue': ('blue / green', 'blue'),
    'darkest': ('darkest hundredth', 'veil'),
    'contrast': ('contrast', 'veil'),
    'noise': ('fine detail and noise', 'shot_noise, exposure'),
}
Drawn = dict[str, Tensor | Sequence[Tensor] | None]


def views(config: Config, seed: int) -> Iterator[Drawn]:
    """Give day, night and dark pictures of each batch, of a clip the frame in its middle."""
    clips = config.default_scope == 'mmaction'
    if clips and 'data_preprocessor' in config.model:
        config.model.data_preprocessor['regions'] = None  # not looked at here, and slow
    for _, _, drawn in drawn_batches(config, BATCH, seed):
        batch: Drawn = dict(day=drawn.day, night=drawn.night, dark=drawn.dark)
        if clips:
            batch = {
                k: v if v is None else middle_frames(cast(Tensor, v)) for k, v in batch.items()
            }
        yield batch


def middle_frames(clips: Tensor) -> Tensor:
    """Samples as the loader gives them -> ``(N, 3, H, W)``."""
    return frames(clips)[:, frames(clips).shape[1] // 2]


def yolo_views(config: Config, seed: int) -> Iterator[Drawn]:
    """Give day, night and dark pictures of each batch of a config of Ultralytics."""
    from ..yolo.drawn import drawn_batches  # optional, and AGPL-3.0

    for whole, _ in drawn_batches(config, BATCH, seed):
        yield dict(day=whole['img'], night=whole['night'], dark=whole.get('dark'))


def measure(config: Config, count: int, seed: int) -> dict[str, dict[str, Tensor]]:
    """Measure about ``count`` pictures of each view: view -> measure -> ``(N,)``.

    Raises:
        ValueError: If the config does not train on pairs, or has no dark pictures.
    """
    yolo = config.default_scope == 'ultralytics'
    found: dict[str, list[dict[str, Tensor]]] = {}
    batches = islice((yolo_views if yolo else views)(config, seed), -(-count // BATCH))
    for drawn in tqdm(batches, unit='batch', delay=1):
        absent = [name for name, pictures in drawn.items() if pictures is None]
        if absent:
            raise ValueError(
                f'{config.filename}: has no {" and no ".join(absent)} pictures to compare; it needs '
                'wiid.darken, wiid.dark and wiid.aux.mmd'
            )
        for name, pictures in drawn.items():
            found.setdefault(name, []).extend(appearance(p[None]) for p in pictures)
    return {
        name: {key: torch.cat([each[key] for each in parts]) for key in SHOWN}
        for name, parts in found.items()
    }


def table(found: dict[str, dict[str, Tensor]]) -> str:
    """Median (quartiles) of each measure, and the key that moves the night views."""
    rows = ['| measure | day | night view | real dark | darken |', '|---|---|---|---|---|']
    for name, (title, key) in SHOWN.items():
        cells = []
        for view in ('day', 'night', 'dark'):
            low, middle, high = found[view][name].quantile(torch.tensor([0.25, 0.5, 0.75])).tolist()
            cells.append(f'{middle:.3f} ({low:.3f} to {high:.3f})')
        rows.append(f'| {title} | {" | ".join(cells)} | {key} |')
    return '\n'.join(rows)
