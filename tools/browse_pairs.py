"""Draw what a config trains on: rows of day | target | night | masked day | masked night | dark.

Boxes are drawn where there are some; in the masked views they are those that masking leaves.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from mmengine.config import Config, DictAction
from mmengine.registry import init_default_scope
from mmengine.runner import Runner, set_random_seed
from torchvision.utils import draw_bounding_boxes, make_grid

from wiid_plugins.det.preprocessor import boxes_of, shrunk
from wiid_plugins.ops.regions import show_only
from wiid_plugins.registry import MODELS

TITLES = {
    'day': 'day',
    'target': 'target',
    'night': 'night view',
    'day_masked': 'day, masked',
    'night_masked': 'night, masked',
    'dark': 'unlabelled dark',
}


Pictures = torch.Tensor | list[torch.Tensor]


def columns(config: Config, count: int, seed: int) -> dict[str, torch.Tensor]:
    """Draw one batch as the training does; each column is ``(count, 3, H, W)`` float RGB in [0, 1].

    Raises:
        ValueError: If the config does not train on pairs.
    """
    preprocessor = config.model.get('data_preprocessor') or {}
    if not preprocessor.get('type', '').startswith('wiid_plugins.'):
        raise ValueError(f'{config.filename}: trains on single views, there are no pairs to show')
    init_default_scope(config.default_scope)
    set_random_seed(seed)
    loader = dict(batch_size=count, num_workers=0, drop_last=False)
    loader |= dict(collate_fn=dict(type='pseudo_collate'), persistent_workers=False)
    data = next(iter(Runner.build_dataloader({**config.train_dataloader, **loader}, seed=seed)))
    preprocessor = MODELS.build(preprocessor)
    drawn, samples = preprocessor.draw(data), data['data_samples']
    shown = {'day': framed(drawn.day, samples), 'night': framed(drawn.night, samples)}
    if drawn.visible is not None:
        shown['target'] = [mask.expand(3, -1, -1).float() for mask in drawn.target]
        mean = preprocessor.stock.mean / 255  # what masking leaves of a normalised picture
        left = shrunk(samples, drawn.visible) if 'gt_instances' in samples[0] else samples
        for view in ('day', 'night'):
            masked = hidden(getattr(drawn, view), drawn.visible, mean)
            shown[f'{view}_masked'] = framed(masked, left)
    shown['dark'] = drawn.dark
    return same_size({name: shown[name] for name in TITLES if shown.get(name) is not None})


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


def sheet(pictures: dict[str, torch.Tensor], side: int = 160) -> np.ndarray:
    """Lay the columns side by side under their titles, ``(H, W, 3)`` uint8 BGR."""
    rows = torch.stack(list(pictures.values()), 1).flatten(0, 1)
    scale = max(1, round(side / rows.shape[-1]))
    rows = torch.nn.functional.interpolate(rows, scale_factor=scale, mode='nearest')
    grid = make_grid(rows, nrow=len(pictures), padding=4, pad_value=1.0)
    image = (grid.permute(1, 2, 0).numpy()[..., ::-1] * 255).round().astype(np.uint8)
    image = cv2.copyMakeBorder(image, 24, 0, 0, 0, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    step = rows.shape[-1] + 4
    for index, name in enumerate(pictures):
        place = (8 + index * step, 18)
        cv2.putText(image, TITLES[name], place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, 16)
    return image


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config')
    parser.add_argument('--out', type=Path, help='PNG; default: work_dirs/<config>_pairs.png')
    parser.add_argument('--count', type=int, default=8, help='samples, one row each')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, default={})
    args = parser.parse_args(argv)
    config = Config.fromfile(args.config)
    config.merge_from_dict(args.cfg_options)
    out = args.out or Path('work_dirs') / f'{Path(args.config).stem}_pairs.png'
    try:
        image = sheet(columns(config, args.count, args.seed))
    except (ValueError, OSError) as error:
        sys.exit(f'error: {error}')
    out.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(out), image)
    print(f'{out}: {args.count} samples of {args.config}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
