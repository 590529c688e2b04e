"""ClassFolder stops on what would be trained through silently."""

import re

import cv2
import pytest

from pictures import draw_picture
from wiid_plugins.datasets import ClassFolder


@pytest.fixture
def root(tmp_path):
    for name, count in [('cat', 2), ('dog', 3)]:
        (tmp_path / name).mkdir()
        for i in range(count):
            cv2.imwrite(str(tmp_path / name / f'{i}.png'), draw_picture(16, 16))
    return tmp_path


def open_folder(root, classes=None, **kwargs):
    metainfo = None if classes is None else dict(classes=classes)
    return ClassFolder(data_prefix=str(root), metainfo=metainfo, **kwargs)


@pytest.mark.parametrize('classes', [None, ('cat', 'dog'), ('dog', 'cat')])
def test_labels_are_places_in_the_class_list(root, classes):
    data = open_folder(root, classes)
    assert len(data) == 5 and list(data.metainfo['classes']) == list(classes or ('cat', 'dog'))
    for i in range(5):
        info = data.get_data_info(i)
        assert data.metainfo['classes'][info['gt_label']] in info['img_path'].split('/')


def test_a_missing_folder_is_named(tmp_path):
    path = tmp_path / 'nowhere'
    with pytest.raises(FileNotFoundError, match=f'{re.escape(str(path))}.*tools/prepare'):
        open_folder(path)


def test_a_folder_without_any_picture_is_an_error(tmp_path):
    with pytest.raises((FileNotFoundError, ValueError, RuntimeError)) as error:
        open_folder(tmp_path)
    assert str(tmp_path) in str(error.value)
    with pytest.raises((FileNotFoundError, ValueError, RuntimeError)) as error:
        open_folder(tmp_path, with_label=False)
    assert str(tmp_path) in str(error.value)


def test_an_empty_class_is_named(root):
    (root / 'elk').mkdir()
    (root / 'elk' / 'notes.txt').write_text('none yet')
    with pytest.raises(ValueError, match=f'{re.escape(str(root))}: no picture in class elk'):
        open_folder(root)


@pytest.mark.parametrize(
    ('classes', 'missing', 'unknown'),
    [
        (('cat', 'dog', 'elk'), ['elk'], []),
        (('cat',), [], ['dog']),
        (('cat', 'doge'), ['doge'], ['dog']),
    ],
)
def test_a_class_list_that_does_not_fit_names_what_does_not(root, classes, missing, unknown):
    with pytest.raises(ValueError) as error:
        open_folder(root, classes)
    assert str(error.value).startswith(f'{root}: its class folders do not fit')
    assert f'missing {missing}, unknown {unknown}' in str(error.value)


def test_an_unlabelled_folder_may_be_flat(root):
    for i in range(2):
        cv2.imwrite(str(root / f'{i}.png'), draw_picture(16, 16))
    data = open_folder(root, with_label=False)
    assert len(data) == 7 and 'gt_label' not in data.get_data_info(0)
