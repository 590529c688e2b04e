import json

import pytest

from prepare_helpers import fails
from prepare_trees import BOX, make_coco, make_devkit, photo, write_coco, write_xml
from tools.prepare import voco


@pytest.fixture
def devkit(tmp_path):
    return make_devkit(tmp_path / 'VOCdevkit')


@pytest.fixture
def coco(tmp_path):
    return make_coco(tmp_path / 'coco')


def spoil_json(coco, change):
    path = coco / 'annotations/instances_train2017.json'
    data = json.loads(path.read_text())
    change(data)
    write_coco(coco, data)


XML = 'VOC2012/Annotations/2008_000003.xml'
BAD = {
    'image missing': (
        lambda v, c: (v / 'VOC2007/JPEGImages/000003.jpg').unlink(),
        ['VOC2007/JPEGImages/000003.jpg', 'image missing 1'],
    ),
    'annotation missing': (lambda v, c: (v / XML).unlink(), [XML, 'annotation missing 1']),
    'annotation is no XML': (lambda v, c: (v / XML).write_text('<annotation>'), [XML]),
    'unknown class': (lambda v, c: write_xml(v / XML, ('dragon', 0, *BOX)), [XML, "1: 'dragon'"]),
    'box is not four': (
        lambda v, c: write_xml(v / XML, ('car', 0, 1, 1, 'x', 2)),
        [XML, 'object 1'],
    ),
    'annotation is no XML ': (
        lambda v, c: (v / XML).write_text('<?xml version="1.0" encoding="x"?><annotation/>'),
        [XML, 'unknown encoding'],
    ),
    'box with a side that is no number': (
        lambda v, c: write_xml(v / XML, ('car', 0, 1, 'nan', 30, 20)),
        [XML, 'object 1: 0 nan 30 nan'],
    ),
    'box with a side that is no number ': (
        lambda v, c: write_xml(v / XML, ('car', 0, 1, 1, '1e400', 20)),
        [XML, 'object 1: 0 0 inf 20'],
    ),
    'box outside the image': (
        lambda v, c: write_xml(v / XML, ('car', 0, 30, 1, 60, 20)),
        [XML, 'object 1: 29 0 31 20 in 40 x 30'],
    ),
    'box with a negative': (lambda v, c: write_xml(v / XML, ('car', 0, 30, 1, 10, 20)), [XML]),
    'image cannot be read': (
        lambda v, c: (c / 'train2017/000000000004.jpg').write_bytes(b'x'),
        ['000000000004.jpg'],
    ),
    'image missing ': (
        lambda v, c: [(c / f'train2017/{n:012d}.jpg').unlink() for n in (4, 5)],
        ['000000000004.jpg', '000000000005.jpg', 'image missing 2'],
    ),
    'image of another size': (
        lambda v, c: photo(c / 'train2017/000000000004.jpg', (30, 40)),
        ['000000000004.jpg: 30 x 40, listed 40 x 30'],
    ),
    'annotation without an image': (
        lambda v, c: spoil_json(c, lambda d: d['annotations'][0].update(image_id=99)),
        ['annotation 1000: image 99'],
    ),
    'unknown class in': (
        lambda v, c: spoil_json(c, lambda d: d['annotations'][0].update(category_id=3)),
        ['annotation 1000: category 3'],
    ),
    'box outside': (
        lambda v, c: spoil_json(c, lambda d: d['annotations'][0].update(bbox=[0, 0, 44, 9])),
        ['000000000001.jpg, annotation 1000: 0 0 44 9'],
    ),
}


@pytest.mark.parametrize('kind', BAD)
def test_voco_bad_input_is_named_counted_and_fatal(devkit, coco, tmp_path, kind):
    spoil, words = BAD[kind]
    spoil(devkit, coco)
    root = tmp_path / 'out'
    fails(lambda: voco.prepare(devkit, coco, root), kind.strip(), *words, 'in all', '--skip-bad')
    assert not list(tmp_path.glob('out*'))
    voco.prepare(devkit, coco, root, skip_bad=True)
    assert kind.strip() in (root / 'left_out.txt').read_text()
    assert 32 <= len(list((root / 'images').rglob('*.jpg'))) <= 35


def test_voco_empty_box_of_coco_is_left_out_and_counted(devkit, coco, tmp_path):
    """The published COCO has such boxes."""
    spoil_json(coco, lambda d: d['annotations'][0].update(bbox=[10, 5, 20, 0]))
    out = voco.prepare(devkit, coco, tmp_path / 'out')
    assert 'boxes under 1 px left out 1' in out
    assert not list((tmp_path / 'out').rglob('coco_000000000001.*'))


@pytest.mark.parametrize('part', ['VOC2012/ImageSets/Main/trainval.txt', 'VOC2007/Annotations'])
def test_voco_layout_of_voc(devkit, coco, tmp_path, part):
    (devkit / part).rename(tmp_path / 'away')
    fails(lambda: voco.prepare(devkit, coco, tmp_path / 'out'), f'{part} not found', 'unpack')
    assert not list(tmp_path.glob('out*'))


def test_voco_layout_of_coco(devkit, coco, tmp_path):
    job = lambda: voco.prepare(devkit, coco, tmp_path / 'out')  # noqa: E731
    spoil_json(coco, lambda d: d['categories'].pop(0))
    fails(job, 'instances_train2017.json has no category bicycle')
    write_coco(coco, {'images': []})
    fails(job, 'instances_train2017.json is no COCO annotation file', 'categories')
    (coco / 'annotations/instances_train2017.json').write_text('{')
    fails(job, 'is no COCO annotation file')
    (coco / 'annotations/instances_train2017.json').unlink()
    fails(job, 'instances_train2017.json not found')
