"""What each prepare tool reads, made small, and how many samples its source and its result have."""

import csv
import io
import json
import os
import re
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from arid_trees import make_source
from prepare_trees import make_coco, make_devkit, make_exdark, photo
from tools.prepare import (
    arid,
    codan,
    demo,
    exdark,
    gtsrb_daynight,
    gtsrb_scenes,
    voco,
)
from tools.prepare.common import scene_parts
from tools.prepare.common.report import Report

PER_CLASS = dict.fromkeys(codan.PER_CLASS, 1)
SIGNS = {1: '01_speed30', 13: '13_yield'}
SCENES = ['--train', '1', '--val', '1', '--test', '1', '--unlabelled', '1']


def read(path):
    """What is in a file; a pipe would be waited for."""
    if not path.is_file():
        raise ValueError(path)
    return path.read_bytes()


def lines_of(path):
    """How many lines of a list have anything in them."""
    text = read(path).decode('utf-8-sig', 'surrogateescape')
    return sum(bool(line.strip()) for line in text.replace('\r', '\n').split('\n'))


def photos_below(source, root):
    return sum(len(list(root.glob(f'images/{split}/*'))) for split in ('train', 'val', 'test'))


def exdark_samples(source):
    """Photos, two that differ in case counted once, or lines of the list where there are more."""
    photos = [p for p in source.glob('ExDark/*/*') if p.is_file() and p.name[0] != '.']
    photos = [p for p in photos if p.suffix.lower() in ('.jpg', '.jpeg', '.png')]
    different = {(p.parent, p.name.lower()) for p in photos}
    return max(len(different), lines_of(source / 'imageclasslist.txt') - 1)


def make_voco(root):
    """VOC and COCO; two photos of COCO have one name, in two folders."""
    make_devkit(root / 'voc'), make_coco(root / 'coco')
    path = root / 'coco/annotations/instances_train2017.json'
    text = path.read_text()
    for number, name in (('000000000001', 'a/1'), ('000000000002', 'b/1')):
        photo(root / f'coco/train2017/{name}.jpg', comment=name)
        text = text.replace(number, name)
    path.write_text(text)


def voco_samples(source):
    """The listed photos; two of each year and two of COCO hold no wanted class."""
    lists = source.glob('voc/*/ImageSets/Main/trainval.txt')
    data = json.loads(read(source / 'coco/annotations/instances_train2017.json'))
    return sum(lines_of(path) - 2 for path in lists) + len(data['images']) - 2


def arid_samples(source):
    lists = [p for p in source.rglob('*.txt') if p.is_file() and p.name[0] != '.']
    dark = re.compile(r'(ARID_)?split\d_(train|test|other)s?\.txt$', re.IGNORECASE)
    dark = [p for p in lists if dark.match(p.name) and p.is_relative_to(source / 'ARID')]
    day = [p for p in lists if p.name.endswith('train.txt') and 'NormalLight' in p.parts]
    return sum(map(lines_of, dark + day))


def arid_made(source, root):
    return sum(lines_of(p) for p in root.glob('*_*.txt') if p.name != 'left_out.txt')


def make_codan(root):
    for split in codan.PER_CLASS:
        with tarfile.open(root / f'codan_{split}.tar.bz2', 'w:bz2') as tar:
            for name in codan.CLASSES:
                info = tarfile.TarInfo(f'{split}/{name}/1.jpg')
                info.size = 40
                tar.addfile(info, io.BytesIO(os.urandom(40)))


def codan_samples(source):
    number = 0
    for split in codan.PER_CLASS:
        with tarfile.open(fileobj=io.BytesIO(read(source / f'codan_{split}.tar.bz2'))) as tar:
            names = [m.name.rpartition('/')[2] for m in tar if not m.isdir()]
        number += sum(bool(re.fullmatch(r'[^.].*\.jpe?g', n, re.IGNORECASE)) for n in names)
    return number


def ppm(grey):
    return cv2.imencode('.ppm', np.full((20, 20, 3), grey, np.uint8))[1].tobytes()


def make_gtsrb(root):
    """Two classes of 3 bright and 2 dark tracks, one frame each."""
    for label in SIGNS:
        (root / f'Images/{label:05d}').mkdir(parents=True)
        for track in range(5):
            path = root / f'Images/{label:05d}/{track:05d}_00000.ppm'
            path.write_bytes(ppm(180 if track < 3 else 20))


def make_gtsrb_zip(root):
    make_gtsrb(root)
    with zipfile.ZipFile(root / 'x.zip', 'w') as zipped:
        for path in sorted(root.rglob('*.ppm')):
            zipped.write(path, path.relative_to(root))
    shutil.rmtree(root / 'Images')


def gtsrb_samples(names):
    photo = re.compile(r'(^|.*/)0*(1|13)/\d{5}_\d{5}\.ppm', re.IGNORECASE)
    return sum(bool(photo.fullmatch(str(name))) for name in names)


def gtsrb_zip_samples(source):
    with zipfile.ZipFile(io.BytesIO(read(source / 'x.zip'))) as zipped:
        return gtsrb_samples(zipped.namelist())


def gtsrb_made(source, root):
    with (root / 'manifest.csv').open(newline='', errors='surrogateescape') as file:
        rows = [row['file'] for row in csv.DictReader(file)]
    assert sorted(rows) == sorted(p.relative_to(root).as_posix() for p in root.rglob('*.jpg'))
    return len(rows)


def make_scenes(root):
    rng = np.random.default_rng(0)

    def save(path, size, level):
        path.parent.mkdir(parents=True, exist_ok=True)
        noise = rng.integers(level, level + 20, (size, size, 3), np.uint8)
        cv2.imwrite(str(path), noise)

    for split, level, first in (('train', 150, 0), ('test_day', 150, 2), ('test_night', 10, 4)):
        for name in ('01_speed30', '18_danger', '38_keep_right', '13_yield'):
            for track in (first, first + 1):
                save(root / f'signs/{split}/{name}/{track:05d}_00000.jpg', 30, level)
    for i in range(6):
        save(root / f'signs/unlabelled_dark/{i:04d}.jpg', 30, 10)
        save(root / f'day/{i}.png', 60, 150), save(root / f'dark/{i}.png', 60, 10)
    save(root / 'day/6.png', 60, 150), save(root / 'dark/6.png', 60, 10)


def scene_photos(source):
    found = (p for name in ('day', 'dark') for p in gtsrb_scenes.common.walk(source / name))
    return [p for p in found if p.suffix.lower() in ('.jpg', '.jpeg', '.png')]


def scene_samples(source):
    signs = [p for split in scene_parts.FOLDERS for p in source.glob(f'signs/{split}/*/*')]
    hidden = [p for p in source.glob('signs/unlabelled_dark/*') if p.suffix.lower() == '.jpg']
    return len(signs) + len(hidden) + len(scene_photos(source))


def scene_made(source, root):
    """What the tool takes of its source; a result has no list of what was not drawn."""
    report = Report()
    crops = scene_parts.read_crops(source / 'signs', 0, report)
    photos = scene_parts.read_photos([source / 'day'], [source / 'dark'], 0, report)
    return sum(map(len, [*crops.values(), *photos.values()]))


def folders(*options):
    return lambda source, out: [str(source), str(out), *options]


def voco_options(source, out):
    parts = ('--voc', str(source / 'voc'), '--coco', str(source / 'coco'))
    return [*parts, str(out), '--skip-bad']


def scene_options(source, out):
    photos = ('--photos-day', str(source / 'day'), '--photos-dark', str(source / 'dark'))
    return [str(source / 'signs'), str(out), *photos, *SCENES, '--skip-bad']


@dataclass
class Tool:
    """A tool, how its source is made, its options, and how to count a source and a result."""

    main: Callable
    make: Callable
    options: Callable
    samples: Callable
    made: Callable


TOOLS = {
    'exdark': Tool(exdark.main, make_exdark, folders('--skip-bad'), exdark_samples, photos_below),
    'voco': Tool(voco.main, make_voco, voco_options, voco_samples, photos_below),
    'arid': Tool(arid.main, make_source, folders('--skip-bad'), arid_samples, arid_made),
    'codan': Tool(
        codan.main,
        make_codan,
        folders(),
        codan_samples,
        lambda source, out: len(list(out.glob('*/*/*.jpg'))),
    ),
    'gtsrb': Tool(
        gtsrb_daynight.main,
        make_gtsrb,
        folders(),
        lambda source: gtsrb_samples(gtsrb_scenes.common.walk(source)),
        gtsrb_made,
    ),
    'gtsrb_zip': Tool(
        gtsrb_daynight.main,
        make_gtsrb_zip,
        lambda source, out: [str(source / 'x.zip'), str(out)],
        gtsrb_zip_samples,
        gtsrb_made,
    ),
    'scenes': Tool(gtsrb_scenes.main, make_scenes, scene_options, scene_samples, scene_made),
    'demo': Tool(  # its input is what an earlier run made
        demo.main,
        lambda root: demo.make_demo(root / 'demo'),
        lambda source, out: [str(source / 'demo')],
        lambda source: 0,
        lambda source, out: 0,
    ),
}
