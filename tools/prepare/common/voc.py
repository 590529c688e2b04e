"""Read PASCAL VOC 2007 and 2012 trainval."""

from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

from tqdm import tqdm

from tools.prepare.common import detection
from tools.prepare.common.common import PrepareError
from tools.prepare.common.lists import read_lines
from tools.prepare.common.names import Names
from tools.prepare.common.report import Report

CLASSES = {
    *('aeroplane', 'bicycle', 'bird', 'boat', 'bottle', 'bus', 'car', 'cat', 'chair', 'cow'),
    *('diningtable', 'dog', 'horse', 'motorbike', 'person', 'pottedplant', 'sheep', 'sofa'),
    *('train', 'tvmonitor'),
}
YEARS = ('VOC2007', 'VOC2012')
PARTS = ('ImageSets/Main/trainval.txt', 'Annotations', 'JPEGImages')


def read_box(element: ElementTree.Element, label: int) -> detection.Box:
    """Read one object; its corners count from 1 and both are inside."""
    corners = ('xmin', 'ymin', 'xmax', 'ymax')
    left, top, right, bottom = (float(element.findtext(f'bndbox/{side}', '')) for side in corners)
    difficult = element.findtext('difficult', '0').strip() == '1'
    return detection.Box(label, left - 1, top - 1, right - left + 1, bottom - top + 1, difficult)


def read_objects(
    path: Path, labels: Mapping[str, int], report: Report
) -> list[tuple[str, detection.Box]]:
    """Read the wanted objects of one file: (where it stands, box)."""
    try:
        tree = ElementTree.parse(path)
    except (ElementTree.ParseError, ValueError, LookupError) as error:  # or an unknown encoding
        report.fault('annotation is no XML', f'{path} ({error})')
        return []
    found = []
    for number, element in enumerate(tree.iterfind('object'), 1):
        where, name = f'{path}, object {number}', element.findtext('name', '').strip()
        if name not in CLASSES:
            report.fault('unknown class in an annotation', f"{where}: '{name}'")
        elif name in labels:
            try:
                found.append((where, read_box(element, labels[name])))
            except ValueError as error:
                report.fault('box is not four numbers', f'{where} ({error})')
    return found


def list_names(folder: Path, report: Report) -> dict[str, str]:
    """List the trainval photos of one year: name -> where it is listed."""
    found: dict[str, str] = {}
    for number, line in read_lines(folder / PARTS[0]):
        name, where = line.split()[0], f'{folder.name}/{PARTS[0]}, line {number}'
        if '/' in name:
            report.fault('listed name has a folder', f'{where}: {name}')
        elif name in found:
            report.fault('image listed twice', f'{where}: {name}')
        else:
            found[name] = where
    return found


def read_year(folder: Path, labels: Mapping[str, int], report: Report) -> list[detection.Picture]:
    """Read the trainval photos of one year that hold a wanted class."""
    names, pictures = Names(report), []
    for name, listed in tqdm(list_names(folder, report).items(), desc=folder.name, leave=False):
        annotation, image = folder / PARTS[1] / f'{name}.xml', folder / PARTS[2] / f'{name}.jpg'
        made = names.give(f'{folder.name.lower()}_{name}.jpg', image)
        lost = [path for path in (annotation, image) if made and not path.is_file()]
        for path in lost:
            kind = 'annotation missing' if path == annotation else 'image missing'
            report.fault(kind, f'{path}, listed in {listed}')
        objects = read_objects(annotation, labels, report) if made and not lost else []
        header = detection.read_header(image, report) if objects else None
        if header:
            size, turned = header
            boxes = [detection.fit(box, size, where, report) for where, box in objects]
            boxes = tuple(box for box in boxes if box)
            pictures.append(detection.Picture(image, made, size, boxes, turned))
    return pictures


def read_voc(devkit: Path, labels: Mapping[str, int], report: Report) -> list[detection.Picture]:
    """Read the photos of both years that hold a wanted class.

    Args:
        devkit: Folder with VOC2007 and VOC2012.
        labels: VOC's name of a wanted class -> its number.
        report: Takes faults and notes.
    """
    lost = [f'{year}/{part}' for year in YEARS for part in PARTS]
    lost = [name for name in lost if not (devkit / name).exists()]
    if lost:
        raise PrepareError(
            f'{", ".join(lost)} not found in {devkit}; unpack both trainval archives'
        )
    return [p for year in YEARS for p in read_year(devkit / year, labels, report)]
