"""Small trees in the layouts that ExDark, VOC and COCO are published in."""

import json

import numpy as np
from PIL import Image

from tools.prepare import exdark, voco

SUFFIXES = ['jpg', 'png', 'JPEG', 'JPG']
HEAD = '% bbGt version=3\n'
TAIL = '0 0 0 0 0 0 0\n'


def photo(path, size=(40, 30), **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((*size[::-1], 3), len(path.name), np.uint8)).save(path, **options)


def make_exdark(root):
    """Two photos of every class and split; the second one's ending differs in case on the disk."""
    rows = ['Name | Class | Light | In/Out | Train/Val/Test\r']
    for label, name in enumerate(exdark.CLASSES, 1):
        for split in (1, 2, 3):
            for i in range(2):
                number = len(rows)
                listed = f'2015_{number:05d}.{SUFFIXES[number % 4]}'
                disk = listed[:10] + '.' + (listed[11:].swapcase() if i else listed[11:])
                rows.append(f'{listed} {label} {1 + number % 10} {1 + i} {split}\r')
                photo(root / 'ExDark' / name / disk)
                text = f'{HEAD}{name} 10 5 20 15 {TAIL}' + f'People 1 2 3 4 {TAIL}' * i
                notes = root / 'ExDark_Annno' / name / f'{disk}.txt'
                notes.parent.mkdir(parents=True, exist_ok=True)
                notes.write_text(text)
    (root / 'ExDark/Car/.DS_Store').write_bytes(b'')
    (root / 'imageclasslist.txt').write_text('\n'.join(rows) + '\n')
    return root


def first(published, folder, name='Car'):
    return sorted(p for p in (published / folder / name).iterdir() if p.name[0] == '2')[0]


OBJECT = (
    '<object><name>{}</name><difficult>{}</difficult><part><name>head</name><bndbox><xmin>1</xmin>'
    '<ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></part><bndbox><xmin>{}</xmin>'
    '<ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax></bndbox></object>'
)
BOX = (11, 6, 30, 20)  # VOC corners: left 10, top 5, 20 x 15
VOC = sorted(voco.VOC_LABELS)
NAMES = sorted(voco.COCO_LABELS) + ['zebra']


def write_xml(path, *objects):
    path.parent.mkdir(parents=True, exist_ok=True)
    objects = ''.join(OBJECT.format(*o) for o in objects)
    path.write_text(f'<annotation><filename>x</filename>{objects}</annotation>')


def make_devkit(root):
    """Per year: a photo of each of the 11 classes, one with a bird, one with a difficult dog."""
    for year, prefix in (('VOC2007', ''), ('VOC2012', '2008_')):
        names = []
        for number, (name, hard) in enumerate([*((n, 0) for n in VOC), ('bird', 0), ('dog', 1)]):
            names.append(f'{prefix}{number:06d}')
            photo(root / year / f'JPEGImages/{names[-1]}.jpg')
            second = ('aeroplane', 0, 1, 1, 9, 9)
            write_xml(root / year / f'Annotations/{names[-1]}.xml', (name, hard, *BOX), second)
        photo(root / year / 'JPEGImages/test_only.jpg')
        lists = root / year / 'ImageSets/Main'
        lists.mkdir(parents=True)
        (lists / 'trainval.txt').write_text(''.join(f'{n}\n' for n in names))
    return root


def coco_tree():
    """A photo of each class with a crowd beside it, a zebra, a lone crowd, and one with two sizes."""
    images, annotations = [], []

    def add(number, name, box, crowd=0):
        category = 10 * NAMES.index(name) + 7  # ids have gaps, as the published ones
        kind = {'image_id': number, 'category_id': category, 'bbox': box, 'iscrowd': crowd}
        annotations.append({'id': 1000 + len(annotations), **kind})

    for number in range(1, 16):
        name = f'{number:012d}.jpg'
        images.append({'id': number, 'file_name': name, 'width': 40, 'height': 30})
    for number, name in enumerate(NAMES, 1):  # 13: the zebra
        add(number, name, [10.5, 5, 20, 15.25])
        add(number, 'person', [0, 0, 9, 9], 1)
    add(14, 'person', [0, 0, 9, 9], 1)
    add(15, 'cup', [0, 0, 9, 9])
    add(15, 'dining table', [0, 0, 40, 29])
    add(15, 'person', [0, 0, 40, 30], 1)
    categories = [{'id': 10 * i + 7, 'name': name} for i, name in enumerate(NAMES)]
    return {'images': images, 'annotations': annotations, 'categories': categories}


def write_coco(root, data):
    (root / 'annotations').mkdir(parents=True, exist_ok=True)
    (root / 'annotations/instances_train2017.json').write_text(json.dumps(data))


def make_coco(root):
    data = coco_tree()
    for image in data['images']:
        photo(root / 'train2017' / image['file_name'])
    write_coco(root, data)
    return root
