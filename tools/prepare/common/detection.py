"""Pictures with boxes: read, checked, and written as YOLO labels, COCO JSON and class lists.

A box that leaves its picture by more than `TOLERANCE` px is a fault; every box is cut at the edge.
A box under 1 px wide or high is left out and counted: the toolboxes drop it as well.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from PIL import ExifTags, Image
from tqdm import tqdm

from tools.prepare.common.report import Report
from tools.prepare.common.result import place

TOLERANCE = 3.0
MOST = 1e9  # px
SUFFIXES = ('.jpg', '.jpeg', '.png')


@dataclass(frozen=True)
class Box:
    """One object: its class, left, top, width and height in px.

    `ignore` marks a box that is neither to be learnt nor a mistake when found: COCO's crowds and
    VOC's difficult objects. It is `iscrowd` in COCO JSON and left out of the YOLO labels.
    """

    label: int
    x: float
    y: float
    w: float
    h: float
    ignore: bool = False


@dataclass(frozen=True)
class Picture:
    """One photo: where it is, its file name in the result, its (width, height) and its boxes.

    `turned` tells that its EXIF tag asks viewers to turn it. Boxes are drawn on the stored pixels,
    and the toolboxes obey the tag, so it is stored without.
    """

    source: Path
    name: str
    size: tuple[int, int]
    boxes: tuple[Box, ...]
    turned: bool = False


def whole(value: object) -> int | None:
    """Return a whole number of a JSON file; None for true, text and all else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def sides(value: object) -> list[float] | None:
    """Return the four numbers of a box of a JSON file; None for NaN, true, text and all else."""
    numbers = value if isinstance(value, list) else []
    right = [type(number) in (int, float) and abs(number) < MOST for number in numbers]
    return numbers if right == [True] * 4 else None


def read_header(path: Path, report: Report) -> tuple[tuple[int, int], bool] | None:
    """Read a picture's (width, height) and whether its EXIF tag turns it; None at a fault.

    One that is turned is decoded as well: it is going to be stored anew.
    """
    if not path.is_file():
        report.fault('image missing', str(path))
        return None
    try:
        with Image.open(path) as image:
            turned = image.getexif().get(ExifTags.Base.Orientation, 1) != 1
            size = image.size
            if turned:
                image.load()
    except Exception as error:  # Pillow lets through whatever a format's reader stumbles over
        report.fault('image cannot be read', f'{path} ({type(error).__name__}: {error})')
        return None
    if turned:
        report.note('images with an EXIF turn, stored without it')
    return size, turned


def fit(box: Box, size: tuple[int, int], where: str, report: Report) -> Box | None:
    """Cut a box at the edge of its picture.

    Args:
        box: The box as annotated.
        size: (width, height) of the picture.
        where: File and line, for the report.
        report: Takes the fault or the note.

    Returns:
        The box inside the picture; None when less than 1 px is left.
    """
    if not all(map(isfinite, (box.x, box.y, box.w, box.h))):
        numbers = f'{box.x:g} {box.y:g} {box.w:g} {box.h:g}'
        report.fault('box with a side that is no number', f'{where}: {numbers}')
        return None
    if box.w < 0 or box.h < 0:
        report.fault('box with a negative side', f'{where}: {box.w:g} x {box.h:g}')
        return None
    left, top = max(box.x, 0.0), max(box.y, 0.0)
    right, bottom = min(box.x + box.w, size[0]), min(box.y + box.h, size[1])
    out = max(left - box.x, top - box.y, box.x + box.w - right, box.y + box.h - bottom)
    if out > TOLERANCE:
        report.fault(
            'box outside the image',
            f'{where}: {box.x:g} {box.y:g} {box.w:g} {box.h:g} in {size[0]} x {size[1]}',
        )
    elif out > 0:
        report.note(f'boxes cut at the edge, by at most {TOLERANCE:g} px')
    if right - left < 1 or bottom - top < 1:
        report.note('boxes under 1 px left out')
        return None
    return Box(box.label, left, top, right - left, bottom - top, box.ignore)


def yolo_lines(picture: Picture) -> str:
    """Return the boxes as `class centre_x centre_y width height`, fractions of the picture."""
    width, height = picture.size
    return ''.join(
        f'{b.label} {(b.x + b.w / 2) / width:.6f} {(b.y + b.h / 2) / height:.6f} '
        f'{b.w / width:.6f} {b.h / height:.6f}\n'
        for b in picture.boxes
        if not b.ignore
    )


def coco(pictures: Sequence[Picture], classes: Sequence[str]) -> dict[str, list[dict]]:
    """Return pictures and boxes as COCO's dictionary; a category's id is its class + 1."""
    images, annotations = [], []
    for number, picture in enumerate(pictures, 1):
        width, height = picture.size
        images.append({'id': number, 'file_name': picture.name, 'width': width, 'height': height})
        for box in picture.boxes:
            sides = [round(value, 2) for value in (box.x, box.y, box.w, box.h)]
            annotations.append(
                {
                    'id': len(annotations) + 1,
                    'image_id': number,
                    'category_id': box.label + 1,
                    'bbox': sides,
                    'area': round(box.w * box.h, 2),
                    'iscrowd': int(box.ignore),
                }
            )
    categories = [{'id': label, 'name': name} for label, name in enumerate(classes, 1)]
    return {'images': images, 'annotations': annotations, 'categories': categories}


def write_annotations(
    root: Path, split: str, pictures: Sequence[Picture], classes: Sequence[str]
) -> None:
    """Write `labels/<split>/*.txt` and `annotations/<split>.json`."""
    labels, annotations = root / 'labels' / split, root / 'annotations'
    labels.mkdir(parents=True)
    annotations.mkdir(exist_ok=True)
    for picture in pictures:
        (labels / picture.name).with_suffix('.txt').write_text(yolo_lines(picture))
    (annotations / f'{split}.json').write_text(json.dumps(coco(pictures, classes)))


def write_images(root: Path, split: str, pictures: Sequence[Picture]) -> None:
    """Put the pictures in `images/<split>`."""
    folder = root / 'images' / split
    folder.mkdir(parents=True)
    for picture in tqdm(pictures, desc=split, leave=False):
        if picture.turned:
            with Image.open(picture.source) as image:
                keep = {'quality': 'keep'} if image.format == 'JPEG' else {}
                with (folder / picture.name).open('xb') as file:
                    image.save(file, image.format, exif=b'', **keep)
        else:
            place(picture.source, folder / picture.name)


def write_class_list(
    root: Path, split: str, pictures: Sequence[Picture], labels: Sequence[int]
) -> None:
    """Write `cls/<split>.txt`: `path class`, paths below `images`, as mmpretrain reads them."""
    lines = [f'{split}/{p.name} {label}\n' for p, label in zip(pictures, labels, strict=True)]
    (root / 'cls').mkdir(exist_ok=True)
    (root / 'cls' / f'{split}.txt').write_text(''.join(lines))


def count_boxes(pictures: Sequence[Picture], classes: Sequence[str]) -> str:
    """Return the number of boxes of every class, those to ignore left out, as one line."""
    counts = Counter(b.label for p in pictures for b in p.boxes if not b.ignore)
    return ', '.join(f'{name} {counts[label]}' for label, name in enumerate(classes))
