"""Convert ExDark (Exclusively Dark, Loh and Chan, CVIU 2019) for detection and classification.

The input is the published one, unpacked into one folder:

    ExDark/<Class>/<image>              7,363 photos in 12 class folders
    ExDark_Annno/<Class>/<image>.txt    boxes, bbGt version 3: `Class left top width height ...`
    imageclasslist.txt                  name, class, lighting, indoor or outdoor, split

The list decides the split (3,000 train, 1,800 val, 2,563 test) and the class of a photo as a
whole; its names differ from those on the disk in upper and lower case here and there, which is
let pass. Names in the result are lower-case. Boxes are taken as they are, in px from the left and
the top. Of a photo only the header is read.

Result: `<root>/images/{train,val,test}/`, hard links where possible; `labels/<split>/*.txt` for
YOLO; `annotations/<split>.json` for COCO readers; `cls/<split>.txt`, `path class` with paths below
`images`, for mmpretrain's `CustomDataset(ann_file='cls/...', data_prefix='images')`.

Faults stop the run. With --skip-bad photos, lines and boxes at fault are left out, boxes that
leave the photo are cut, and `left_out.txt` names them all.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # when run as a script
from tools.prepare.common import common, detection, result  # noqa: E402
from tools.prepare.common.lists import read_lines, whole_number  # noqa: E402
from tools.prepare.common.names import Names  # noqa: E402
from tools.prepare.common.report import Report  # noqa: E402

CLASSES = [  # in the order of the official list
    *('Bicycle', 'Boat', 'Bottle', 'Bus', 'Car', 'Cat'),
    *('Chair', 'Cup', 'Dog', 'Motorbike', 'People', 'Table'),
]
SPLITS = {1: 'train', 2: 'val', 3: 'test'}
IMAGES, BOXES, LIST = 'ExDark', 'ExDark_Annno', 'imageclasslist.txt'
HEADER = '% bbGt version=3'
PUBLISHED = 'https://github.com/cs-chan/Exclusively-Dark-Image-Dataset'
EPILOG = f"""Photos, boxes and list are published at
  {PUBLISHED}

example:
  python tools/prepare/exdark.py ~/Downloads/ExDark_unpacked data/exdark
"""
Index = dict[tuple[str, str], list[Path]]


@dataclass(frozen=True)
class Row:
    """One row of the official list: image name, class, split."""

    name: str
    label: int
    split: str

    @property
    def key(self) -> tuple[str, str]:
        """Class folder and name, without regard to case."""
        return CLASSES[self.label], self.name.lower()


def read_list(path: Path, report: Report) -> list[Row]:
    """Read the official list, whose first line is a heading."""
    rows, seen = [], set()
    for number, line in read_lines(path)[1:]:
        where, (name, *words) = f'{path.name}, line {number}', line.split()
        numbers = [whole_number(word) for word in words]
        if len(numbers) != 4 or None in numbers:
            report.fault('list row is not `name class light place split`', f'{where}: {line}')
            continue
        label, split, stem = numbers[0] - 1, numbers[3], Path(name).stem.lower()
        if label not in range(len(CLASSES)) or split not in SPLITS:
            report.fault('list row with an unknown class or split', f'{where}: {line}')
        elif stem in seen:
            report.fault('image listed twice', f'{where}: {name}')
        else:
            seen.add(stem)
            rows.append(Row(name, label, SPLITS[split]))
    return rows


def index_files(folder: Path, ending: str, report: Report) -> Index:
    """Find the files of every class folder: (class, lower-case name of the image) -> files.

    Args:
        folder: Holds one folder per class.
        ending: What the file names have after the image's name.
        report: Takes folders that are no class.
    """
    index: Index = defaultdict(list)
    for place in sorted(p for p in folder.iterdir() if p.is_dir()):
        if place.name not in CLASSES:
            report.fault('folder of an unknown class', str(place))
            continue
        for path in sorted(place.iterdir()):
            name = path.name.lower()
            photo = name.endswith(tuple(suffix + ending for suffix in detection.SUFFIXES))
            if photo and not name.startswith('.'):
                index[place.name, name.removesuffix(ending)].append(path)
    return index


def find(index: Index, row: Row, kind: str, report: Report) -> Path | None:
    """Return the one file of a row; report it when there is none, or more than one."""
    found = index.get(row.key, [])
    if len(found) == 1:
        return found[0]
    names = ' and '.join(str(path) for path in found) or f'{CLASSES[row.label]}/{row.name}'
    report.fault(f'{kind} missing' if not found else f'{kind} there twice', names)
    return None


def read_boxes(path: Path, size: tuple[int, int], report: Report) -> tuple[detection.Box, ...]:
    """Read one bbGt file."""
    try:
        (_, header), *lines = read_lines(path) or [(1, '')]
    except common.PrepareError as error:
        report.fault('annotation cannot be read', str(error))
        return ()
    if header.strip() != HEADER:
        report.fault(f'annotation does not start with `{HEADER}`', str(path))
        return ()
    boxes = []
    for number, line in lines:
        where, (name, *values) = f'{path}, line {number}', line.split()
        if name not in CLASSES:
            report.fault('unknown class in an annotation', f'{where}: {line}')
            continue
        try:
            box = detection.Box(CLASSES.index(name), *map(float, values[:4]))
        except (ValueError, TypeError):
            report.fault('annotation line is not `Class l t w h ...`', f'{where}: {line}')
            continue
        boxes.append(detection.fit(box, size, where, report))
    if not boxes:
        report.fault('image without a box', str(path))
    return tuple(box for box in boxes if box)


def read(source: Path, report: Report) -> dict[str, list[tuple[detection.Picture, int]]]:
    """Read list, photos and boxes: split -> photos with the class of each."""
    rows = read_list(source / LIST, report)
    images = index_files(source / IMAGES, '', report)
    annotations = index_files(source / BOXES, '.txt', report)
    for index, kind in ((images, 'image'), (annotations, 'annotation')):
        for key in sorted(index.keys() - {row.key for row in rows}):
            report.fault(f'{kind} that is not in the list', str(index[key][0]))
    splits: dict[str, list[tuple[detection.Picture, int]]] = {s: [] for s in SPLITS.values()}
    names = Names(report)
    for row in tqdm(rows, desc='reading', leave=False):
        image = find(images, row, 'image', report)
        annotation = find(annotations, row, 'annotation', report)
        name = names.give(image.name.lower(), image) if image and annotation else None
        header = detection.read_header(image, report) if name else None
        if header:
            boxes = read_boxes(annotation, header[0], report)
            picture = detection.Picture(image, name, header[0], boxes, header[1])
            splits[row.split].append((picture, row.label))
    return splits


def prepare(source: Path, root: Path, skip_bad: bool = False) -> str:
    """Make the converted set unless it is there.

    Args:
        source: Folder with the three published parts.
        root: Folder to make.
        skip_bad: Leave out what is at fault.

    Returns:
        What there is now, for the user.
    """
    common.keep_apart(root, source / IMAGES, source / BOXES, source / LIST)
    options = {'skip_bad': skip_bad}
    if there := result.already_there(root, options):
        return f'already there; {there}'
    missing = [name for name in (IMAGES, BOXES, LIST) if not (source / name).exists()]
    if missing:
        raise common.PrepareError(
            f'{", ".join(missing)} not found in {source}; unpack what is published at {PUBLISHED}'
        )
    report = Report()
    with common.atomic_dir(root) as part:
        splits = read(source, report)
        report.settle(part, skip_bad)
        for split, found in splits.items():
            pictures = [picture for picture, _ in found]
            detection.write_images(part, split, pictures)
            detection.write_annotations(part, split, pictures, CLASSES)
            detection.write_class_list(part, split, pictures, [label for _, label in found])
        everything = [picture for found in splits.values() for picture, _ in found]
        counts = ', '.join(f'{split} {len(found)}' for split, found in splits.items())
        boxes = detection.count_boxes(everything, CLASSES)
        summary = '; '.join(filter(None, [counts, f'boxes: {boxes}', report.counts()]))
        result.seal(part, options, summary)
    return f'made; {summary}'


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description='Convert ExDark: YOLO labels, COCO JSON and class lists in the official split.',
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('source', type=Path, help=f'folder with {IMAGES}, {BOXES} and {LIST}')
    parser.add_argument('root', type=Path, nargs='?', default=Path('data/exdark'), help='result')
    parser.add_argument('--skip-bad', action='store_true', help='leave out what is at fault')
    args = parser.parse_args(argv)
    return common.run_cli(lambda: f'{args.root}: {prepare(args.source, args.root, args.skip_bad)}')


if __name__ == '__main__':
    sys.exit(main())
