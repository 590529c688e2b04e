"""Join VOC and COCO into a day set with ExDark's 12 classes, for detection and classification.

The papers call this training set VOCO; which photos it holds is not public. This one is made by a
rule, so numbers from other copies do not compare photo by photo:

* VOC 2007 and VOC 2012 `trainval`, and COCO 2017 `train`, classes by the table `CLASS_MAP` (VOC
  has no cup; VOC's diningtable and COCO's dining table become Table);
* a photo is in when it holds at least one box of the 12 classes;
* with --images N, N of them drawn with --seed; 5 % of what is in, drawn too, are `val`, the day
  validation set, the others `train`;
* boxes that VOC calls difficult and COCO calls a crowd do not count for that; they are `iscrowd`
  in the COCO JSON, which mmdet neither learns nor counts, and are not in the YOLO labels, which
  have no such mark. VOC's corners count from 1, both ends included: one px is taken off the first;
* the class list is for the day counterpart of ExDark classification: the COCO photos, each with
  the class of its largest box; where that covers under 5 % of the photo, it is not in the list.

Result: as of exdark.py: `<root>/images/{train,val}/`, hard links where possible,
`labels/<split>/*.txt`, `annotations/<split>.json` and `cls/<split>.txt`. Folders in a name of COCO's
become part of it, and a number is added to names that are there already.

Faults stop the run. With --skip-bad photos and boxes at fault are left out, boxes that leave the
photo are cut, and `left_out.txt` names them all. All photos of the 12 classes are checked, whatever
is drawn.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # when run as a script
from tools.prepare.common import common, detection, result  # noqa: E402
from tools.prepare.common.coco import read_coco  # noqa: E402
from tools.prepare.common.report import Report  # noqa: E402
from tools.prepare.common.voc import read_voc  # noqa: E402
from tools.prepare.exdark import CLASSES  # noqa: E402

CLASS_MAP = {  # ExDark: VOC, COCO
    'Bicycle': ('bicycle', 'bicycle'),
    'Boat': ('boat', 'boat'),
    'Bottle': ('bottle', 'bottle'),
    'Bus': ('bus', 'bus'),
    'Car': ('car', 'car'),
    'Cat': ('cat', 'cat'),
    'Chair': ('chair', 'chair'),
    'Cup': (None, 'cup'),
    'Dog': ('dog', 'dog'),
    'Motorbike': ('motorbike', 'motorcycle'),
    'People': ('person', 'person'),
    'Table': ('diningtable', 'dining table'),
}
VOC_LABELS = {CLASS_MAP[name][0]: i for i, name in enumerate(CLASSES) if CLASS_MAP[name][0]}
COCO_LABELS = {CLASS_MAP[name][1]: i for i, name in enumerate(CLASSES)}
VAL_SHARE = 0.05
LEAST_COVER = 0.05  # of a photo by the box that names its class
EPILOG = f"""A photo of COCO has one label in the class list, cls/*.txt: that of its largest box among
the 12 classes, crowds left out. A photo whose largest box covers under {LEAST_COVER:.0%} of it is not in
the list, but is in all else. Counts of both are printed.

VOC: http://host.robots.ox.ac.uk/pascal/VOC, both trainval archives unpacked
(VOCdevkit/VOC2007, VOCdevkit/VOC2012)
COCO: https://cocodataset.org, train2017.zip and annotations_trainval2017.zip unpacked
(train2017, annotations/instances_train2017.json)

example:
  python tools/prepare/voco.py --voc VOCdevkit --coco coco data/voco
"""


def draw(
    pictures: Sequence[detection.Picture], number: int | None, seed: int
) -> dict[str, list[detection.Picture]]:
    """Draw `number` of the pictures, or take all, and part them into train and val."""
    number = len(pictures) if number is None else number
    if not 2 <= number <= len(pictures):
        raise common.PrepareError(
            f'{number} images asked for, at least 2 needed; {len(pictures)} hold one of the classes'
        )
    drawn = sorted(pictures, key=lambda picture: picture.name)
    random.Random(seed).shuffle(drawn)
    drawn = drawn[:number]
    held_out = max(1, round(VAL_SHARE * len(drawn)))
    splits = {'train': drawn[held_out:], 'val': drawn[:held_out]}
    return {split: sorted(found, key=lambda p: p.name) for split, found in splits.items()}


def class_of(picture: detection.Picture) -> int | None:
    """Return the class of the largest box; None when it covers too little of the photo."""
    box = max((b for b in picture.boxes if not b.ignore), key=lambda b: b.w * b.h)
    width, height = picture.size
    return box.label if box.w * box.h >= LEAST_COVER * width * height else None


def write(root: Path, splits: dict[str, list[detection.Picture]]) -> str:
    """Write every split; return its counts, two lines a split."""
    lines = []
    for split, pictures in splits.items():
        detection.write_images(root, split, pictures)
        detection.write_annotations(root, split, pictures, CLASSES)
        from_coco = [picture for picture in pictures if picture.name.startswith('coco_')]
        labels = {p: label for p in from_coco if (label := class_of(p)) is not None}
        detection.write_class_list(root, split, list(labels), list(labels.values()))
        boxes, counts = detection.count_boxes(pictures, CLASSES), Counter(labels.values())
        listed = ', '.join(f'{name} {counts[label]}' for label, name in enumerate(CLASSES))
        lines.append(f'{split}: {len(pictures)} images, {len(from_coco)} of COCO; boxes: {boxes}')
        lines.append(f'{split}, class list: {len(labels)} images; {listed}')
    return '\n'.join(lines)


def prepare(
    voc: Path,
    coco: Path,
    root: Path,
    number: int | None = None,
    seed: int = 0,
    skip_bad: bool = False,
) -> str:
    """Make the day set unless it is there.

    Args:
        voc: VOCdevkit, with VOC2007 and VOC2012.
        coco: Folder with train2017 and annotations.
        root: Folder to make.
        number: How many images to draw; None takes all.
        seed: Seed of the draw.
        skip_bad: Leave out what is at fault.

    Returns:
        What there is now, for the user.
    """
    parts = [voc / 'VOC2007', voc / 'VOC2012', coco / 'train2017', coco / 'annotations']
    common.keep_apart(root, *parts)
    options = {'images': number, 'seed': seed, 'skip_bad': skip_bad}
    if there := result.already_there(root, options):
        return f'already there\n{there}'
    report = Report()
    with common.atomic_dir(root) as part:
        pictures = [*read_voc(voc, VOC_LABELS, report), *read_coco(coco, COCO_LABELS, report)]
        report.settle(part, skip_bad)
        wanted = [p for p in pictures if any(not box.ignore for box in p.boxes)]
        summary = write(part, draw(wanted, number, seed))
        summary += f'\n{report.counts()}' * bool(report.counts())
        result.seal(part, options, summary)
    return f'made\n{summary}'


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description="Join VOC 2007+2012 and COCO 2017 into a day set in ExDark's 12 classes.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('--voc', type=Path, required=True, help='VOCdevkit')
    parser.add_argument('--coco', type=Path, required=True, help='folder of COCO 2017')
    parser.add_argument('root', type=Path, nargs='?', default=Path('data/voco'), help='result')
    parser.add_argument('--images', type=int, help='draw this many images (default: all)')
    parser.add_argument('--seed', type=int, default=0, help='of the draw (default: 0)')
    parser.add_argument('--skip-bad', action='store_true', help='leave out what is at fault')
    args = parser.parse_args(argv)

    def job() -> str:
        done = prepare(args.voc, args.coco, args.root, args.images, args.seed, args.skip_bad)
        return f'{args.root}: {done}'

    return common.run_cli(job)


if __name__ == '__main__':
    sys.exit(main())
