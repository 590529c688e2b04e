"""A source is never written, and what would get one name in the result is kept apart or named."""

import json
import os

import pytest

from arid_trees import clip, make_arid, samples, write_list
from prepare_helpers import fails, unchanged
from prepare_trees import BOX, make_coco, make_devkit, photo, write_coco, write_xml
from tools.prepare import arid, voco
from tools.prepare.common import result


def files_of(root):
    """Name of a photo in the result -> content."""
    return {p.name: p.read_bytes() for p in root.glob('images/*/*')}


def coco_with(root, *names):
    """The COCO tree with its first photos under these names, each of one colour of its own."""
    make_coco(root)
    path = root / 'annotations/instances_train2017.json'
    data = json.loads(path.read_text())
    for image, name in zip(data['images'], names, strict=False):
        image['file_name'] = name
        photo(root / 'train2017' / name, comment=name.encode())
    write_coco(root, data)
    return root


APART = {
    'one name in two folders': (['a/1.jpg', 'b/1.jpg'], ['coco_a_1', 'coco_b_1']),
    'folder and underscore': (['a/1.jpg', 'a_1.jpg'], ['coco_a_1', 'coco_a_1_2']),
    'upper and lower case': (['x.jpg', 'X.jpg'], ['coco_x', 'coco_X_2']),
    'two endings': (['x.jpg', 'x.jpeg'], ['coco_x', 'coco_x_2']),
    'two spellings of an accent': (
        ['\u00e9.jpg', 'e\u0301.jpg'],
        ['coco_\u00e9', 'coco_e\u0301_2'],
    ),
    'a number that is taken': (['x.jpg', 'X.jpg', 'x_2.jpg'], ['coco_x', 'coco_X_2', 'coco_x_2_2']),
    'percent, quotes, spaces': (
        ['5%.jpg', '\'".jpg', 'a b.jpg'],
        ['coco_5%', 'coco_\'"', 'coco_a b'],
    ),
}


@pytest.mark.parametrize('kind', APART)
def test_coco_names_are_kept_apart(tmp_path, kind):
    names, stems = APART[kind]
    coco, devkit = coco_with(tmp_path / 'coco', *names), make_devkit(tmp_path / 'voc')
    with unchanged(coco, devkit):
        voco.prepare(devkit, coco, tmp_path / 'out')
    made = files_of(tmp_path / 'out')
    assert len(made) == len(list((tmp_path / 'out').glob('labels/*/*.txt'))) == 35
    for name, stem in zip(names, stems, strict=True):
        copies = [content for file, content in made.items() if file.rsplit('.', 1)[0] == stem]
        assert copies == [(coco / 'train2017' / name).read_bytes()]


def test_coco_hard_links_and_links_in_the_source_are_left_alone(tmp_path):
    coco, devkit = coco_with(tmp_path / 'coco', 'a/1.jpg', 'b/1.jpg'), make_devkit(tmp_path / 'voc')
    (coco / 'train2017/b/1.jpg').unlink()
    os.link(coco / 'train2017/a/1.jpg', coco / 'train2017/b/1.jpg')
    third = coco / 'train2017/000000000003.jpg'
    third.rename(tmp_path / 'elsewhere.jpg')
    third.symlink_to(tmp_path / 'elsewhere.jpg')
    with unchanged(coco, devkit):
        voco.prepare(devkit, coco, tmp_path / 'out')
    assert len(files_of(tmp_path / 'out')) == 35
    (made,) = (tmp_path / 'out').glob('images/*/coco_000000000003.jpg')
    assert not made.is_symlink() and made.samefile(tmp_path / 'elsewhere.jpg')


def test_place_never_opens_a_target_that_is_there(tmp_path, monkeypatch):
    for name in 'abc':
        (tmp_path / name).write_text(name)
    result.place(tmp_path / 'a', tmp_path / 'out/1')
    with unchanged(tmp_path):
        fails(lambda: result.place(tmp_path / 'b', tmp_path / 'out/1'), 'is there already', 'out/1')

    def no_link(*args):
        raise OSError(18, 'Invalid cross-device link')

    monkeypatch.setattr('os.link', no_link)
    with unchanged(tmp_path), pytest.raises(FileExistsError):
        result.place(tmp_path / 'b', tmp_path / 'out/1')
    result.place(tmp_path / 'b', tmp_path / 'out/2')
    assert (tmp_path / 'out/2').read_text() == 'b' and (tmp_path / 'out/2').stat().st_nlink == 1


@pytest.fixture
def dark(tmp_path):
    make_arid(tmp_path / 'source/ARID', 'data', 'lists/split{}_{}.txt', '.avi')
    return tmp_path / 'source'


ARID_PAIRS = {
    'space and underscore': ('a b.avi', 'a_b.avi'),
    'one name in two folders': ('p/Run/c.avi', 'q/Run/c.avi'),
    'upper and lower case': ('c.avi', 'C.avi'),
    'two endings': ('c.avi', 'c.mp4'),
}


@pytest.mark.parametrize('kind', ARID_PAIRS)
def test_arid_clips_are_kept_apart(dark, tmp_path, kind):
    for length, name in zip((16, 20), ARID_PAIRS[kind], strict=True):
        clip(dark / 'NormalLight' / name, length)
    rows = [(5, name) for name in ARID_PAIRS[kind]]
    write_list(dark / 'NormalLight/train.txt', rows)
    with unchanged(dark):
        arid.prepare(dark, tmp_path / 'out')
    made = [path for path, _ in samples(tmp_path / 'out', 'normal_light_train')]
    contents = [(tmp_path / 'out' / path).read_bytes() for path in made]
    assert contents == [(dark / 'NormalLight' / name).read_bytes() for _, name in rows]


ARID_FAULTS = {
    'clip there twice': ([(5, 'd.avi'), (5, 'Run/c.avi')], 'p/Run/c.avi and '),
    'clip listed twice': ([(5, 'p/Run/c.avi'), (5, 'p/Run/c.avi')], 'line 2: p/Run/c.avi'),
    'clip with two labels': ([(5, 'd.avi'), (9, 'd.avi')], 'line 2: d.avi, first Run'),
}


@pytest.mark.parametrize('kind', ARID_FAULTS)
def test_arid_lines_that_end_at_one_clip_or_at_two(dark, tmp_path, kind):
    for name in ('p/Run/c.avi', 'q/Run/c.avi', 'd.avi'):
        clip(dark / 'NormalLight' / name)
    rows, word = ARID_FAULTS[kind]
    write_list(dark / 'NormalLight/train.txt', rows)
    with unchanged(dark):
        fails(lambda: arid.prepare(dark, tmp_path / 'out'), f'{kind} 1', word)
        arid.prepare(dark, tmp_path / 'out', skip_bad=True)
    assert len(samples(tmp_path / 'out', 'normal_light_train')) == len(rows) - 1


def test_voc_image_listed_twice_is_counted_and_taken_once(tmp_path):
    coco, devkit = make_coco(tmp_path / 'coco'), make_devkit(tmp_path / 'voc')
    path = devkit / 'VOC2007/ImageSets/Main/trainval.txt'
    path.write_text(path.read_text() + '000003\n')
    for name in ('voc.jpg', 'VOC.jpg'):
        photo(devkit / 'VOC2012/JPEGImages' / name, comment=name.encode())
        write_xml(devkit / f'VOC2012/Annotations/{name[:3]}.xml', ('car', 0, *BOX))
    path = devkit / 'VOC2012/ImageSets/Main/trainval.txt'
    path.write_text(path.read_text() + 'voc\nVOC\n')
    job = lambda skip: voco.prepare(devkit, coco, tmp_path / 'out', skip_bad=skip)  # noqa: E731
    with unchanged(coco, devkit):
        fails(lambda: job(False), 'image listed twice 1', 'trainval.txt, line 14: 000003')
        job(True)
    made = files_of(tmp_path / 'out')
    assert len(made) == 37
    for name, source in (('voc2012_voc.jpg', 'voc.jpg'), ('voc2012_VOC_2.jpg', 'VOC.jpg')):
        assert made[name] == (devkit / 'VOC2012/JPEGImages' / source).read_bytes()
