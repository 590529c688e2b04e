"""A list of clips that a config names is read rightly, or refused with its file and lines."""

from types import SimpleNamespace

import pytest
from mmengine.config import Config
from mmengine.registry import init_default_scope

from act_toy import build_stock
from wiid_plugins.datasets.named_clips import name_clips
from wiid_plugins.engine.guards import ClipListHook
from wiid_plugins.registry import DATASETS


def open_list(root, content, **options):
    """The training set of the smoke config, on a list with this content."""
    init_default_scope('mmaction')
    (root / 'train.txt').write_bytes(content)
    train_set = Config.fromfile('configs/_base_/datasets/clips_act.py').train_dataloader.dataset
    lists = dict(ann_file=str(root / 'train.txt'), data_prefix=dict(video=str(root)))
    return DATASETS.build(dict(train_set, **lists, pipeline=[], **options))


def samples(root, content, **options):
    found = open_list(root, content, **options).load_data_list()
    return [(d['filename'].removeprefix(f'{root}/'), d['label']) for d in found]


READ = {
    'plain': (b'a.mp4 0\nb.mp4 2\n', [('a.mp4', 0), ('b.mp4', 2)]),
    'space in a name': (b'to ya 2.mp4 1\nx y/b.mp4 2\n', [('to ya 2.mp4', 1), ('x y/b.mp4', 2)]),
    'two spaces': (b'a.mp4  1\n', [('a.mp4', 1)]),
    'byte order mark': (b'\xef\xbb\xbfa.mp4 1\n', [('a.mp4', 1)]),
    'blank lines': (b'a.mp4 1\n\n  \nb.mp4 0\n\n', [('a.mp4', 1), ('b.mp4', 0)]),
    'Windows line ends': (b'a.mp4 1\r\nb.mp4 0\r\n\r\n', [('a.mp4', 1), ('b.mp4', 0)]),
    'no line end': (b'a.mp4 1', [('a.mp4', 1)]),
    'without labels': (b'a.mp4\nto ya.mp4\nb\n', [('a.mp4', -1), ('to ya.mp4', -1), ('b', -1)]),
    'percent and quotes': (b'50%.mp4 0\n\'b".mp4 1\n', [('50%.mp4', 0), ('\'b".mp4', 1)]),
    'not ASCII': ('größe 夜.mp4 1\n'.encode(), [('größe 夜.mp4', 1)]),
}


@pytest.mark.parametrize('kind', READ)
def test_a_list_is_read_rightly(tmp_path, kind):
    content, wanted = READ[kind]
    assert samples(tmp_path, content) == wanted


WRONG = {
    'word as label': 'b.mp4 walk',
    'fraction as label': 'b.mp4 1.5',
    'tab for a space': 'b.mp4\t1',
    'underscore in a number': 'b.mp4 1_0',
    'number of many digits': 'b.mp4 ' + '9' * 5000,
    'digits of another script': 'b.mp4 \u0661',
    'label in quotes': 'b.mp4 "1"',
    'comma': 'b.mp4, walk',
}


@pytest.mark.parametrize('kind', WRONG)
def test_a_wrong_line_is_named_with_list_and_line(tmp_path, kind):
    with pytest.raises(ValueError) as error:
        open_list(tmp_path, f'\ufeffa.mp4 0\n\n{WRONG[kind]}\n'.encode())
    first, *faults = str(error.value).splitlines()
    assert first.startswith('1 line(s) are not `name label` with a whole number')
    assert faults == [f'  {tmp_path}/train.txt, line 3: {WRONG[kind]}']


def test_wrong_lines_are_counted_and_the_first_ten_shown(tmp_path):
    with pytest.raises(ValueError, match='^12 line') as error:
        open_list(tmp_path, b'a.mp4 walk\n' * 12)
    assert str(error.value).count('a.mp4 walk') == 10 and str(error.value).endswith('...')


@pytest.mark.parametrize('encoding', ['utf-16', 'latin-1'])
def test_a_list_that_is_no_utf8_is_named(tmp_path, encoding):
    with pytest.raises(ValueError, match='train.txt: is no UTF-8 text .* save the list as UTF-8'):
        open_list(tmp_path, 'größe.mp4 1\n'.encode(encoding))


def test_several_labels_follow_a_name_with_spaces(tmp_path):
    options = dict(multi_class=True, num_classes=4)
    found = samples(tmp_path, b'to ya.mp4 1 3\nb.mp4 2\n', **options)
    assert found == [('to ya.mp4', [1, 3]), ('b.mp4', [2])]


def check(dataset):
    loop = SimpleNamespace(dataloader=SimpleNamespace(dataset=dataset))
    ClipListHook().before_train(
        SimpleNamespace(model=build_stock('i3d'), train_loop=loop, val_loop=None)
    )


def test_lines_are_numbered_as_an_editor_does(tmp_path):
    dataset = open_list(tmp_path, b'\nnone.mp4 0\n\nlate.mp4 7\n')
    (tmp_path / 'late.mp4').write_bytes(b'x')
    with pytest.raises(ValueError, match='^2 fault') as error:
        check(dataset)
    assert 'train.txt, line 4: ' in str(error.value) and 'label 7 is outside' in str(error.value)

    def broken(results):
        raise RuntimeError

    dataset.pipeline = broken
    name_clips(dataset)
    with pytest.raises(OSError, match='train.txt, line 4: .*late.mp4'):
        dataset[1]


@pytest.mark.parametrize('name', ['clips', 'arid', 'arid_dark'])
def test_every_fragment_reads_its_lists_so(name):
    config = Config.fromfile(f'configs/_base_/datasets/{name}_act.py')
    assert config.train_dataloader.dataset.type == 'wiid_plugins.ClipList'
