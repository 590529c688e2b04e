"""Pictures that are damaged, odd or no pictures are counted faults that name the file."""

import os
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import ExifTags, Image

from prepare_helpers import fails, unchanged
from prepare_trees import first, make_coco, make_devkit, make_exdark
from tools.prepare import exdark, voco
from tools.prepare.common import scene_parts
from tools.prepare.common.report import Report

TURN = Image.Exif()
TURN[ExifTags.Base.Orientation] = 6


def turned(path, size=(40, 30), **options):
    """A noisy JPEG whose EXIF tag turns it."""
    noise = np.random.default_rng(0).integers(0, 256, (*size[::-1], 3), np.uint8)
    Image.fromarray(noise).save(path, 'JPEG', exif=TURN, **options)


def truncated(path):
    turned(path)
    path.write_bytes(path.read_bytes()[:-400])


def vast(path):
    """A PNG whose header says 40,000 x 40,000 px."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack('>I', len(data)) + body + struct.pack('>I', zlib.crc32(body))

    head = struct.pack('>IIBBBBB', 40_000, 40_000, 8, 0, 0, 0, 0)
    data = zlib.compress(b'\0' * 100)
    path.write_bytes(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', head) + chunk(b'IDAT', data))


def folder(path):
    path.unlink()
    path.mkdir()


def link_to_nothing(path):
    path.unlink()
    path.symlink_to('nowhere.jpg')


def pipe(path):
    path.unlink()
    os.mkfifo(path)


BAD = {
    'turned and truncated': (truncated, 'image cannot be read'),
    'no byte': (lambda path: path.write_bytes(b''), 'image cannot be read'),
    'text': (lambda path: path.write_text('<html>'), 'image cannot be read'),
    'a header alone': (lambda path: path.write_bytes(b'\xff\xd8\xff\xe0'), 'image cannot be read'),
    'vast': (vast, 'image cannot be read'),
    'a folder': (folder, 'image missing'),
    'a link to nothing': (link_to_nothing, 'image missing'),
    'a pipe': (pipe, 'image missing'),
}


@pytest.mark.parametrize('kind', BAD)
def test_exdark_bad_picture_is_named_counted_and_left_out(tmp_path, kind):
    spoil, fault = BAD[kind]
    source = make_exdark(tmp_path / 'published')
    path = first(source, 'ExDark')
    spoil(path)
    fails(lambda: exdark.prepare(source, tmp_path / 'out'), f'{fault}: {path}', f'{fault} 1')
    assert f'{fault} 1' in exdark.prepare(source, tmp_path / 'out', skip_bad=True)
    assert len(list((tmp_path / 'out').glob('images/*/*'))) == 71


@pytest.mark.parametrize('kind', BAD)
def test_voc_and_coco_bad_picture_is_named_counted_and_left_out(tmp_path, kind):
    spoil, fault = BAD[kind]
    source = make_devkit(tmp_path / 'voc'), make_coco(tmp_path / 'coco')
    paths = [
        source[0] / 'VOC2007/JPEGImages/000003.jpg',
        source[1] / 'train2017/000000000004.jpg',
    ]
    for path in paths:
        spoil(path)
    words = [f'{fault}: {path}' for path in paths]
    fails(lambda: voco.prepare(*source, tmp_path / 'out'), *words, f'{fault} 2')
    assert f'{fault} 2' in voco.prepare(*source, tmp_path / 'out', skip_bad=True)
    assert len(list((tmp_path / 'out').glob('images/*/*'))) == 33


def test_a_turned_picture_of_another_format_than_its_ending_is_stored(tmp_path):
    """A PNG with transparency, named .jpg."""
    source = make_exdark(tmp_path / 'published')
    path = first(source, 'ExDark')
    path = path.rename(path.with_suffix('.jpg'))
    image = Image.new('RGBA', (40, 30), (9, 8, 7, 6))
    image.save(path, 'PNG', exif=TURN)
    text = (source / 'imageclasslist.txt').read_text()
    (source / 'imageclasslist.txt').write_text(text.replace('2015_00025.png', path.name))
    notes = first(source, 'ExDark_Annno')
    notes.rename(notes.with_name(f'{path.name}.txt'))
    with unchanged(source):
        exdark.prepare(source, tmp_path / 'out')
    with Image.open(next((tmp_path / 'out').glob(f'images/*/{path.name}'))) as made:
        assert (made.format, made.mode, made.size) == ('PNG', 'RGBA', (40, 30))
        assert made.tobytes() == image.tobytes() and ExifTags.Base.Orientation not in made.getexif()


def test_scene_photos_that_are_none(tmp_path):
    source = tmp_path / 'day'
    for name, size in (('good.png', (20, 20)), ('narrow.png', (300, 14)), ('dot.png', (1, 1))):
        source.mkdir(exist_ok=True)
        image = np.full((*size[::-1], 3), 200, np.uint8)
        (source / name).write_bytes(cv2.imencode('.png', image)[1].tobytes())
    (source / 'gr\udcfc\udcdf.png').write_bytes((source / 'good.png').read_bytes())
    (source / 'empty.jpg').touch()
    (source / 'text.jpg').write_text('x')
    vast(source / 'vast.png')
    (source / 'folder.jpg').mkdir()
    os.mkfifo(source / 'pipe.jpg')
    report = Report()
    found = scene_parts.read_kind([source], False, 0, report)
    assert [photo.path.name for photo in found] == ['good.png']
    assert {kind: len(what) for kind, what in report.faults.items()} == {
        'image cannot be read': 3,
        'image under 15 px': 2,
        'name is not UTF-8, or has control characters': 1,
    }
    assert f'{source}/narrow.png: 300 x 14' in report.faults['image under 15 px']
    assert not report.notes


def test_scene_photos_below_linked_folders_are_found(tmp_path):
    image = np.full((20, 20, 3), 200, np.uint8)
    (tmp_path / 'disk').mkdir()
    (tmp_path / 'disk/1.png').write_bytes(cv2.imencode('.png', image)[1].tobytes())
    (tmp_path / 'disk/loop').symlink_to(tmp_path / 'disk')
    (tmp_path / 'day').mkdir()
    (tmp_path / 'day/linked').symlink_to(tmp_path / 'disk')
    found = scene_parts.read_kind([tmp_path / 'day'], False, 0, Report())
    assert [photo.path.name for photo in found] == ['1.png']
