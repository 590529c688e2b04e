"""What is no annotation or no image in a COCO file is a counted fault with its place."""

import codecs
import json

import pytest

from prepare_helpers import fails, unchanged
from prepare_trees import make_coco, make_devkit, photo, write_coco
from tools.prepare import voco

FILE = 'instances_train2017.json'


@pytest.fixture(scope='module')
def source(tmp_path_factory):
    root = tmp_path_factory.mktemp('voco')
    return make_devkit(root / 'voc'), make_coco(root / 'coco')


@pytest.fixture
def edit(source):
    """Change the COCO file for one test."""
    path = source[1] / 'annotations' / FILE
    whole = path.read_bytes()

    def change(act):
        data = json.loads(whole)
        act(data)
        write_coco(source[1], data)

    yield change
    path.write_bytes(whole)


def first(key, value):
    return lambda data: data['annotations'][0].update({key: value})


def without(part, *keys):
    return lambda data: [data[part][0].pop(key) for key in keys]


def entry(part, value):
    return lambda data: data[part].insert(0, value)


def image(**changes):
    return lambda data: data['images'][0].update(changes)


def again(**changes):
    return lambda data: data['images'].append({**data['images'][0], **changes})


BOX, NUMBER, TWICE = (
    'box is not four numbers',
    'unknown class in an annotation',
    'image listed twice',
)
LOST, NONE = 'annotation without an image', 'image without an id or a file name'
BAD = {  # what it is: how to make it, fault, its number, where it stands, photos that are lost
    'without a box': (without('annotations', 'bbox'), BOX, 1, 'annotation 1000: None', 1),
    'null as box': (first('bbox', None), BOX, 1, 'annotation 1000: None', 1),
    'text as box': (first('bbox', '1234'), BOX, 1, 'annotation 1000: 1234', 1),
    'texts in a box': (first('bbox', ['1', '2', '3', '4']), BOX, 1, "annotation 1000: ['1'", 1),
    'three numbers': (first('bbox', [1, 2, 3]), BOX, 1, 'annotation 1000: [1, 2, 3]', 1),
    'NaN in a box': (first('bbox', [float('nan'), 2, 3, 4]), BOX, 1, 'annotation 1000: [nan', 1),
    'infinite side': (first('bbox', [1, 2, 3, float('inf')]), BOX, 1, 'annotation 1000: [1', 1),
    'huge number': (first('bbox', [1, 2, 3, 10**400]), BOX, 1, 'annotation 1000: [1', 1),
    'true as number': (first('bbox', [True, 2, 3, 4]), BOX, 1, 'annotation 1000: [True', 1),
    'null in a box': (first('bbox', [None, 2, 3, 4]), BOX, 1, 'annotation 1000: [None', 1),
    'lists in a box': (first('bbox', [[1], [2], [3], [4]]), BOX, 1, 'annotation 1000: [[1]', 1),
    'object as box': (first('bbox', dict.fromkeys('xywh', 1)), BOX, 1, "annotation 1000: {'x'", 1),
    'no category': (without('annotations', 'category_id'), NUMBER, 1, '1000: category None', 1),
    'text as category': (first('category_id', '7'), NUMBER, 1, '1000: category 7', 1),
    'list as category': (first('category_id', [7]), NUMBER, 1, '1000: category [7]', 1),
    'no image': (without('annotations', 'image_id'), LOST, 1, 'annotation 1000: image None', 1),
    'text as image': (first('image_id', '1'), LOST, 1, 'annotation 1000: image 1', 1),
    'true as image': (first('image_id', True), LOST, 1, 'annotation 1000: image True', 1),
    'negative image': (first('image_id', -1), LOST, 1, 'annotation 1000: image -1', 1),
    'text as crowd': (first('iscrowd', '0'), 'iscrowd is not 0 or 1', 1, 'annotation 1000: 0', 1),
    'null as crowd': (first('iscrowd', None), 'iscrowd is not 0 or 1', 1, '1000: None', 1),
    'null as annotation': (entry('annotations', None), NUMBER, 1, 'annotations[0]: category', 0),
    'text as annotation': (entry('annotations', 'x'), NUMBER, 1, 'annotations[0]: category', 0),
    'without ids and box': (without('annotations', 'id', 'bbox'), BOX, 1, 'annotations[0]: None', 1),
    'no id of an image': (without('images', 'id'), NONE, 1, "images[0]: {'file_name'", 1),
    'text as id of an image': (image(id='1'), NONE, 1, "image 1: {'id': '1'", 1),
    'list as id of an image': (image(id=[1]), NONE, 1, "image [1]: {'id': [1]", 1),
    'no name of an image': (without('images', 'file_name'), NONE, 1, "image 1: {'id': 1", 1),
    'number as name': (image(file_name=1), NONE, 1, "image 1: {'id': 1", 1),
    'empty name': (image(file_name=''), NONE, 1, "image 1: {'id': 1", 1),
    'null as image': (entry('images', None), NONE, 1, 'images[0]: None', 0),
    'folder above': (image(file_name='../x.jpg'), 'image outside train2017', 1, '1: ../x.jpg', 1),
    'absolute path': (image(file_name='/x.jpg'), 'image outside train2017', 1, '1: /x.jpg', 1),
    'name with a null byte': (image(file_name='a\0.jpg'), 'name is not UTF-8', 1, 'a\\x00.jpg', 1),
    'name with half a surrogate': (image(file_name='a\ud800.jpg'), 'name is not', 1, '\\ud800', 1),
    'name of 300 letters': (image(file_name='a' * 300), 'name of more than 240 bytes', 1, 'aaa', 1),
    'Windows path': (image(file_name='a\\1.jpg'), 'image missing', 1, 'a\\1.jpg', 1),
    'no size': (without('images', 'width'), 'image of another size', 1, 'listed None x 30', 1),
    'text as size': (image(width='40'), 'image of another size', 1, 'listed 40 x 30', 1),
    'image listed twice': (again(), TWICE, 2, 'image 1: 000000000001.jpg', 1),
    'one image, two ids': (again(id=99), TWICE, 2, 'image 99: 000000000001.jpg', 1),
    'two images, one id': (again(file_name='x.jpg'), TWICE, 2, 'image 1: x.jpg', 1),
    'one name spelt twice': (again(id=99, file_name='./000000000001.jpg'), TWICE, 2, 'image 99', 1),
}  # fmt: skip


@pytest.mark.parametrize('kind', BAD)
def test_coco_fault_is_named_counted_and_costs_what_it_says(source, edit, tmp_path, kind):
    act, fault, number, where, lost = BAD[kind]
    edit(act)
    with unchanged(*source):
        words = ('the input has faults', fault, where, f'{number}\nmend')
        fails(lambda: voco.prepare(*source, tmp_path / 'out'), *words)
        out = voco.prepare(*source, tmp_path / 'out', skip_bad=True)
    assert fault in out and where in (tmp_path / 'out/left_out.txt').read_text()
    assert len(list((tmp_path / 'out').glob('images/*/*'))) == 35 - lost


def test_coco_annotations_need_no_ids_and_ids_may_repeat(source, edit, tmp_path):
    def act(data):
        for annotation in data['annotations'][::2]:
            del annotation['id']
        for annotation in data['annotations'][1::2]:
            annotation['id'] = 5

    plain = voco.prepare(*source, tmp_path / 'plain')
    edit(act)
    assert voco.prepare(*source, tmp_path / 'out') == plain


@pytest.mark.parametrize('encoding', ['utf-8-sig', 'utf-16', 'utf-32'])
def test_coco_file_in_another_unicode_is_read(source, edit, tmp_path, encoding):
    edit(lambda data: None)
    path = source[1] / 'annotations' / FILE
    path.write_text(path.read_text(), encoding=encoding)
    assert 'train: 33 images' in voco.prepare(*source, tmp_path / 'out')


WHOLE = {
    'a list': lambda data: b'[]',
    'bytes': lambda data: b'\xff\xfe\xff',
    'deep': lambda data: b'[' * 100_000,
    'images no list': lambda data: json.dumps({**data, 'images': {}}).encode(),
    'category without an id': lambda data: json.dumps({**data, 'categories': [{}]}).encode(),
    'a byte order mark alone': lambda data: codecs.BOM_UTF8,
}


@pytest.mark.parametrize('kind', WHOLE)
def test_coco_file_that_is_none_is_named(source, edit, tmp_path, kind):
    path = source[1] / 'annotations' / FILE
    path.write_bytes(WHOLE[kind](json.loads(path.read_bytes())))
    words = (str(path), 'no COCO annotation file')
    fails(lambda: voco.prepare(*source, tmp_path / 'out', skip_bad=True), *words)


def test_coco_categories_of_one_id_are_refused(source, edit, tmp_path):
    edit(lambda data: data['categories'].append({'id': 7, 'name': 'zebra'}))
    fails(lambda: voco.prepare(*source, tmp_path / 'out'), FILE, 'two categories of one id')


def test_coco_image_and_its_copy_under_another_name_are_two(source, edit, tmp_path):
    photo(source[1] / 'train2017/copy/1.jpg')
    edit(again(id=99, file_name='copy/1.jpg'))
    assert 'train: 33 images' in voco.prepare(*source, tmp_path / 'out')  # 99 has no box
