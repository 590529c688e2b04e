"""Read COCO 2017 train."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from tqdm import tqdm

from tools.prepare.common import detection
from tools.prepare.common.common import PrepareError
from tools.prepare.common.names import Names
from tools.prepare.common.report import Report

ANNOTATIONS, IMAGES = 'annotations/instances_train2017.json', 'train2017'
FILE = Path(ANNOTATIONS).name
Boxes = dict[int, list[tuple[str, detection.Box]]]


def load(folder: Path, labels: Mapping[str, int]) -> dict[str, list]:
    """Load the annotation file and check that it has what is needed."""
    there = {ANNOTATIONS: (folder / ANNOTATIONS).is_file(), IMAGES: (folder / IMAGES).is_dir()}
    lost = [name for name, found in there.items() if not found]
    if lost:
        raise PrepareError(f'{", ".join(lost)} not found in {folder}; unpack both archives there')
    path = folder / ANNOTATIONS
    try:
        data = json.loads(path.read_bytes())
        names = {category['id']: category['name'] for category in data['categories']}
        known = set(names.values())
        parts = [data['images'], data['annotations']]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise PrepareError(f'{path} is no COCO annotation file ({error!r})') from error
    if not all(isinstance(part, list) for part in parts):
        raise PrepareError(f'{path} is no COCO annotation file (images, annotations: no lists)')
    if len(names) != len(data['categories']):
        raise PrepareError(f'{path} has two categories of one id; mend its list `categories`')
    if lost := sorted(set(labels) - known):
        raise PrepareError(f'{path} has no category {", ".join(lost)}')
    return data


def is_entry(value: object) -> bool:
    """Tell whether an entry of a list is `{...}`."""
    return isinstance(value, dict)


def place_of(part: str, index: int, entry: object) -> str:
    """Tell where an entry stands: its id where it has one, its place in the list otherwise."""
    number = entry.get('id') if is_entry(entry) else None
    return f'{part}[{index}]' if number is None else f'{part.removesuffix("s")} {number}'


def list_images(data: Mapping[str, list], report: Report) -> dict[int, tuple[str, dict]]:
    """List the images that can be told apart: id -> (where it stands, entry)."""
    found = []
    for index, image in enumerate(data['images']):
        where = f'{FILE}, {place_of("images", index, image)}'
        number = detection.whole(image.get('id')) if is_entry(image) else None
        name = image.get('file_name') if number is not None else None
        if not isinstance(name, str) or not PurePosixPath(name).name:
            report.fault('image without an id or a file name', f'{where}: {image}')
        elif PurePosixPath(name).is_absolute() or '..' in PurePosixPath(name).parts:
            report.fault(f'image outside {IMAGES}', f'{where}: {name}')
        else:
            found.append((number, str(PurePosixPath(name)), where, image))
    numbers, names = Counter(number for number, *_ in found), Counter(name for _, name, *_ in found)
    for number, name, where, _ in found:  # whose boxes are whose cannot be told: none is taken
        if numbers[number] > 1 or names[name] > 1:
            report.fault('image listed twice', f'{where}: {name}')
    return {
        number: (where, image)
        for number, name, where, image in found
        if numbers[number] == names[name] == 1
    }


def group_boxes(data: Mapping[str, list], labels: Mapping[str, int], report: Report) -> Boxes:
    """Group the wanted boxes by image: image id -> (where it stands, box)."""
    names = {category['id']: category['name'] for category in data['categories']}
    images = {detection.whole(image.get('id')) for image in data['images'] if is_entry(image)}
    boxes = defaultdict(list)
    for index, annotation in enumerate(data['annotations']):
        place = place_of('annotations', index, annotation)
        where = f'{FILE}, {place}'
        entry = annotation if is_entry(annotation) else {}
        category, image = (detection.whole(entry.get(key)) for key in ('category_id', 'image_id'))
        crowd, sides = entry.get('iscrowd', 0), detection.sides(entry.get('bbox'))
        if category is None or category not in names:
            what = f'category {entry.get("category_id")}'
            report.fault('unknown class in an annotation', f'{where}: {what}')
        elif image is None or image not in images:
            what = f'image {entry.get("image_id")}'
            report.fault('annotation without an image', f'{where}: {what}')
        elif sides is None:
            report.fault('box is not four numbers', f'{where}: {entry.get("bbox")}')
        elif crowd not in (0, 1):
            report.fault('iscrowd is not 0 or 1', f'{where}: {crowd}')
        elif names[category] in labels:
            box = detection.Box(labels[names[category]], *sides, bool(crowd))
            boxes[image].append((place, box))
    return boxes


def read_header(
    path: Path, where: str, image: Mapping, report: Report
) -> tuple[tuple[int, int], bool] | None:
    """Read a photo's (width, height) and EXIF turn; None at a fault, or when not as listed."""
    header = detection.read_header(path, report)
    listed = image.get('width'), image.get('height')
    if header and header[0] != listed:
        (width, height), _ = header
        what = f'{path}: {width} x {height}, listed {listed[0]} x {listed[1]}'
        report.fault('image of another size', f'{what} ({where})')
        return None
    return header


def read_coco(folder: Path, labels: Mapping[str, int], report: Report) -> list[detection.Picture]:
    """Read the photos of train2017 that hold a wanted class.

    Args:
        folder: Folder with `train2017` and `annotations`.
        labels: COCO's name of a wanted class -> its number.
        report: Takes faults and notes.
    """
    data, names, pictures = load(folder, labels), Names(report), []
    found, images = group_boxes(data, labels, report), list_images(data, report)
    for number, (listed, image) in tqdm(images.items(), desc='COCO', leave=False):
        if number not in found:
            continue
        file = PurePosixPath(image['file_name'])
        path = folder / IMAGES / file
        name = names.give(f'coco_{file}'.replace('/', '_'), path)
        header = read_header(path, listed, image, report) if name else None
        if header:
            size, turned = header
            boxes = [
                detection.fit(box, size, f'{path}, {place}', report) for place, box in found[number]
            ]
            pictures.append(detection.Picture(path, name, size, tuple(filter(None, boxes)), turned))
    return pictures
