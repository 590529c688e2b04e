"""Draw what a config trains on: rows of day | target | night | masked day | masked night | dark.

Dark ones are shown whole; training masks them too. Boxes are drawn where there are some; in the
masked views they are those that masking leaves. Of clips there is a block of strips per sample, one
below the other, each with some frames side by side; the target is green, what moves in a frame is
grey: all of the first one, nothing being known before it.
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
from torchvision.utils import draw_bounding_boxes

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # when run as a script
from tools import _browse_clips as clips  # noqa: E402
from tools._browse_clips import TITLES, as_image, bordered, write_text  # noqa: E402
from tools._drawn import drawn_batches  # noqa: E402
from wiid_plugins.det.preprocessor import boxes_of, shrunk  # noqa: E402
from wiid_plugins.ops.regions import show_only  # noqa: E402

SIDE = 160  # of a picture about, px
Pictures = torch.Tensor | list[torch.Tensor]


def columns(config: Config, count: int, seed: int) -> dict[str, torch.Tensor]:
    """Draw one batch as the training does; each column is ``(count, 3, H, W)`` float RGB in [0, 1].

    Of clips it is ``(count, T, 3, H, W)``.

    Raises:
        ValueError: If the config does not train on pairs.
    """
    if config.default_scope == 'ultralytics':
        from tools._browse_yolo import yolo_columns  # optional

        return yolo_columns(config, count, seed)
    preprocessor, data, drawn = next(drawn_batches(config, count, seed))
    samples = data['data_samples']
    if config.default_scope == 'mmaction':
        return clips.clip_columns(preprocessor, data, drawn, SIDE)
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


def draw(config: Config, args: argparse.Namespace, out: Path) -> str:
    """Draw and write what the command line asks for; say what was written.

    Raises:
        ValueError: If the config does not train on pairs, or --animate is asked for pictures.
    """
    of_clips = config.default_scope == 'mmaction'
    if args.animate and not of_clips:
        raise ValueError(f'--animate: {args.config} trains on pictures; leave it out')
    shown = columns(config, args.count or (3 if of_clips else 8), args.seed)
    out.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(out), clips.strips(shown, args.frames) if of_clips else sheet(shown))
    written = str(out)
    if args.animate:
        steps = range(shown['day'].shape[1])
        images = [sheet({name: clip[:, t] for name, clip in shown.items()}) for t in steps]
        clips.write_gif(out.with_suffix('.gif'), images)
        written += f', {out.with_suffix(".gif")}'
    return f'{written}: {len(shown["day"])} samples of {args.config}'


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config')
    parser.add_argument('--out', type=Path, help='PNG; default: work_dirs/<config>_pairs.png')
    parser.add_argument('--count', type=int, help='samples; default: 8, of clips 3')
    parser.add_argument('--frames', type=int, default=8, help='of a clip, side by side at most')
    parser.add_argument(
        '--animate', action='store_true', help='clips: all frames as a GIF beside the PNG'
    )
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, default={})
    args = parser.parse_args(argv)
    out = args.out or Path('work_dirs') / f'{Path(args.config).stem}_pairs.png'
    try:
        config = Config.fromfile(args.config)
        config.merge_from_dict(args.cfg_options)
        print(draw(config, args, out))
    except (ValueError, OSError) as error:
        sys.exit(f'error: {error}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
