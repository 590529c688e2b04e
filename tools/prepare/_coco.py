"""Read COCO 2017 train."""

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from tqdm import tqdm

from tools.prepare import _detection as detection
from tools.prepare._common import PrepareError
from tools.prepare._report import Report

ANNOTATIONS, IMAGES = 'annotations/instances_train2017.json', 'train2017'


def load(folder: Path, labels: Mapping[str, int]) -> dict[str, list[dict]]:
    """Load the annotation file and check that it has what is needed."""
    lost = [name for name in (ANNOTATIONS, IMAGES) if not (folder / name).exists()]
    if lost:
        raise PrepareError(f'{", ".join(lost)} not found in {folder}; unpack both archives there')
    path = folder / ANNOTATIONS
    try:
        data = json.loads(path.read_text())
        known = {category['name'] for category in data['categories']}
        data['images'], data['annotations']
    except (ValueError, KeyError, TypeError) as error:
        raise PrepareError(f'{path} is no COCO annotation file ({error!r})') from error
    if lost := sorted(set(labels) - known):
        raise PrepareError(f'{path} has no category {", ".join(lost)}')
    return data


def group_boxes(
    data: Mapping[str, list[dict]], labels: Mapping[str, int], report: Report
) -> dict[int, list[tuple[str, detection.Box]]]:
    """Group the wanted boxes by image: image id -> (where it stands, box)."""
    names = {category['id']: category['name'] for category in data['categories']}
    images = {image['id'] for image in data['images']}
    boxes = defaultdict(list)
    for annotation in data['annotations']:
        where, category = f'annotation {annotation["id"]}', annotation['category_id']
        image, sides = annotation['image_id'], annotation['bbox']
        if category not in names:
            report.fault('unknown class in an annotation', f'{where}: category {category}')
        elif image not in images:
            report.fault('annotation without an image', f'{where}: image {image}')
        elif len(sides) != 4:
            report.fault('box is not four numbers', f'{where}: {sides}')
        elif names[category] in labels:
            crowd = bool(annotation.get('iscrowd'))
            boxes[image].append((where, detection.Box(labels[names[category]], *sides, crowd)))
    return boxes


def read_coco(folder: Path, labels: Mapping[str, int], report: Report) -> list[detection.Picture]:
    """Read the photos of train2017 that hold a wanted class.

    Args:
        folder: Folder with `train2017` and `annotations`.
        labels: COCO's name of a wanted class -> its number.
        report: Takes faults and notes.
    """
    data = load(folder, labels)
    found = group_boxes(data, labels, report)
    pictures = []
    for image in tqdm(data['images'], desc='COCO', leave=False):
        path, objects = folder / IMAGES / image['file_name'], found.get(image['id'])
        if not objects:
            continue
        if not path.is_file():
            report.fault('image missing', str(path))
            continue
        header = detection.read_header(path, report)
        if not header:
            continue
        size, turned = header
        if size != (image['width'], image['height']):
            listed = f'{image["width"]} x {image["height"]}'
            report.fault('image of another size', f'{path}: {size[0]} x {size[1]}, listed {listed}')
            continue
        boxes = [detection.fit(box, size, f'{path}, {where}', report) for where, box in objects]
        boxes = tuple(box for box in boxes if box)
        pictures.append(detection.Picture(path, f'coco_{path.name}', size, boxes, turned))
    return pictures
