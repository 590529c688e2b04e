"""Compose detection scenes of traffic signs by day and in the dark.

These are composed pictures, not photos of streets: real sign crops, pasted with a soft edge and
their brightness untouched on real photos that have nothing to do with them. A scene has 256 px and
3 to 6 signs of 24 to 64 px that do not overlap; none is enlarged more than twice. Signs that a
photo shows by itself are not labelled. What is real about the dark: `test_night` and
`unlabelled_dark` have really dark crops on really dark photos; nothing is darkened here.

The crops are the tree that gtsrb_daynight.py makes:

    train        bright crops on daylight photos, a tenth of the signs of every class kept for `val`
    test_day     bright crops of other signs on other daylight photos
    test_night   dark crops on dark photos
    unlabelled   `unlabelled_dark/`: its dark crops on other dark photos, no labels

No sign (track) and no photo is in two of them. Daylight photos have a mean grey of 70 or more of
255, dark ones of less than 50; others in the folders are left out and counted. The classes are four
shape families, drawn equally often; of each, every crop is used before any is used again.

Result: `<root>/images/<split>/*.jpg`, `labels/<split>/*.txt` for YOLO, `annotations/<split>.json`
for COCO readers, `unlabelled_dark/*.jpg`, `manifest.csv` (photo, crop and box of every sign) and
`preview.png`.
"""

import argparse
import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # when run as a script
from tools.prepare.common import common, detection, result  # noqa: E402
from tools.prepare.common.compose import SIZE, compose  # noqa: E402
from tools.prepare.common.report import Report  # noqa: E402
from tools.prepare.common.scene_parts import (  # noqa: E402
    FAMILIES,
    HIDDEN,
    SPLITS,
    Crop,
    Photo,
    read_crops,
    read_photos,
)
from tools.prepare.common.scene_preview import draw_preview  # noqa: E402

SIGNS = (3, 6)
QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 95]
COLUMNS = ['file', 'photo', 'crop', 'class', 'x', 'y', 'w', 'h']
EPILOG = """example:
  python tools/prepare/gtsrb_scenes.py data/gtsrb_daynight data/gtsrb_scenes \\
      --photos-day PHOTOS_BY_DAY --photos-dark PHOTOS_IN_THE_DARK
"""


def deal(items: Sequence, rng: np.random.Generator) -> Iterator:
    """Yield the items in random order, over and over, each once before any again."""
    while True:
        yield from (items[i] for i in rng.permutation(len(items)))


def compose_split(
    crops: Sequence[Crop], photos: Sequence[Photo], number: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, Photo, list[tuple[Crop, tuple[float, ...]]]]]:
    """Yield `number` scenes: image, photo, and every crop with its box."""
    labels = sorted({crop.label for crop in crops})
    decks = [deal([crop for crop in crops if crop.label == label], rng) for label in labels]
    backgrounds = deal(photos, rng)
    for _ in range(number):
        drawn = rng.integers(len(decks), size=rng.integers(SIGNS[0], SIGNS[1] + 1))
        used, photo = [next(decks[i]) for i in drawn], next(backgrounds)
        scene, boxes = compose(photo.image, [cv2.imread(str(crop.path)) for crop in used], rng)
        yield scene, photo, list(zip(used, boxes, strict=True))


def write_split(
    root: Path, split: str, scenes: Iterator, number: int
) -> tuple[list[detection.Picture], list[list[object]]]:
    """Write the scenes of one split; return them, and their rows of the manifest."""
    hidden = split == HIDDEN
    folder = root / (split if hidden else f'images/{split}')
    folder.mkdir(parents=True)
    pictures, rows = [], []
    for index, (scene, photo, signs) in enumerate(
        tqdm(scenes, desc=split, total=number, leave=False)
    ):
        path = folder / f'{index:04d}.jpg'
        path.write_bytes(cv2.imencode('.jpg', scene, QUALITY)[1].tobytes())
        boxes = tuple(detection.Box(crop.label, *sides) for crop, sides in signs)
        pictures.append(detection.Picture(path, path.name, (SIZE, SIZE), () if hidden else boxes))
        for crop, sides in signs:
            label = '' if hidden else FAMILIES[crop.label]
            box = [''] * 4 if hidden else [round(side, 1) for side in sides]
            rows.append([path.relative_to(root), photo.path.name, crop.name, label, *box])
    return pictures, rows


def write(
    root: Path,
    crops: Mapping[str, Sequence[Crop]],
    photos: Mapping[str, Sequence[Photo]],
    counts: Mapping[str, int],
    seed: int,
) -> str:
    """Write every split, the manifest and the preview; return the counts, a line a split."""
    made, lines = {}, []
    with (root / 'manifest.csv').open('w', newline='', errors='surrogateescape') as file:
        writer = csv.writer(file, lineterminator='\n')
        writer.writerow(COLUMNS)
        for k, split in enumerate(crops):
            rng = np.random.default_rng([seed, k])
            scenes = compose_split(crops[split], photos[split], counts[split], rng)
            made[split], rows = write_split(root, split, scenes, counts[split])
            writer.writerows(rows)
            lines.append(f'{split}: {counts[split]} scenes')
            if split != HIDDEN:
                detection.write_annotations(root, split, made[split], FAMILIES)
                lines[-1] += f', {detection.count_boxes(made[split], FAMILIES)}'
    cv2.imwrite(str(root / 'preview.png'), draw_preview(made))
    return '\n'.join(lines)


def prepare(
    signs: Path,
    root: Path,
    photos_day: Sequence[Path],
    photos_dark: Sequence[Path],
    counts: Mapping[str, int],
    seed: int = 0,
    skip_bad: bool = False,
) -> str:
    """Make the scenes unless they are there.

    Args:
        signs: The tree that gtsrb_daynight.py makes.
        root: Folder to make.
        photos_day: Folders with daylight photos, of any depth.
        photos_dark: Folders with dark photos.
        counts: Split -> number of scenes.
        seed: Seed of every draw.
        skip_bad: Leave out what is at fault.

    Returns:
        What there is now, for the user.
    """
    common.keep_apart(root, signs, *photos_day, *photos_dark)
    options = {'scenes': dict(counts), 'seed': seed, 'skip_bad': skip_bad}
    if there := result.already_there(root, options):
        return f'already there\n{there}'
    report = Report()
    with common.atomic_dir(root) as part:
        crops = read_crops(signs, seed, report)
        photos = read_photos(photos_day, photos_dark, seed, report)
        report.settle(part, skip_bad)
        summary = write(part, crops, photos, counts, seed)
        summary += f'\n{report.counts()}' * bool(report.counts())
        result.seal(part, options, summary)
    return f'made\n{summary}'


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description='Compose detection scenes of traffic signs by day and in the dark.',
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('signs', type=Path, help='what gtsrb_daynight.py made')
    parser.add_argument(
        'root', type=Path, nargs='?', default=Path('data/gtsrb_scenes'), help='result'
    )
    for kind in ('day', 'dark'):
        parser.add_argument(
            f'--photos-{kind}', type=Path, nargs='+', required=True, help='folders with photos'
        )
    parser.add_argument('--train', type=int, default=1000, help='scenes (default: 1000)')
    parser.add_argument('--val', type=int, default=100, help='scenes (default: 100)')
    parser.add_argument('--test', type=int, default=300, help='scenes, by day and by night each')
    parser.add_argument('--unlabelled', type=int, default=300, help='dark scenes without labels')
    parser.add_argument('--seed', type=int, default=0, help='of every draw (default: 0)')
    parser.add_argument('--skip-bad', action='store_true', help='leave out what is at fault')
    args = parser.parse_args(argv)
    numbers = (args.train, args.val, args.test, args.test, args.unlabelled)
    counts = dict(zip(SPLITS, numbers, strict=True))

    def job() -> str:
        photos = args.photos_day, args.photos_dark
        done = prepare(args.signs, args.root, *photos, counts, args.seed, args.skip_bad)
        return f'{args.root}: {done}'

    return common.run_cli(job)


if __name__ == '__main__':
    sys.exit(main())
