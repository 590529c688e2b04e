from collections import Counter

import cv2
import numpy as np
import pytest

from prepare_helpers import fails, tree
from tools.prepare import codan, demo, gtsrb_daynight


@pytest.fixture(scope='module')
def drawn(tmp_path_factory):
    root = tmp_path_factory.mktemp('demo') / 'demo'
    demo.make_demo(root)
    return root


def test_demo_counts(drawn):
    names = [name for name in tree(drawn) if name.endswith('.jpg')]
    counts = {'train': 960, 'val_day': 160, 'val_night': 160, 'test_day': 320, 'test_night': 320}
    assert Counter(n.split('/')[0] for n in names) == {**counts, 'unlabelled_dark': 200}
    per_shape = Counter(tuple(n.split('/')[:2]) for n in names if n.count('/') == 2)
    assert len(per_shape) == 5 * 8 and {n for (s, _), n in per_shape.items() if s == 'train'} == {
        120
    }
    assert not list(drawn.parent.glob('*.part'))


def test_demo_nights_are_dark_and_days_bright(drawn):
    def greys(split):
        return [
            cv2.imread(str(p), cv2.IMREAD_GRAYSCALE).mean() for p in (drawn / split).rglob('*.jpg')
        ]

    for split in ('val_night', 'test_night', 'unlabelled_dark'):
        values = greys(split)
        assert 15 < np.mean(values) < 35 and min(values) > 8 and max(values) < 50
    assert min(greys('test_day')) > 35 and np.mean(greys('train')) > 70
    assert cv2.imread(str(next((drawn / 'train').rglob('*.jpg')))).shape == (48, 48, 3)


def test_demo_is_deterministic(tmp_path, monkeypatch, drawn):
    monkeypatch.setattr(demo, 'PER_SHAPE', dict.fromkeys(demo.PER_SHAPE, 2))
    monkeypatch.setattr(demo, 'UNLABELLED', 3)
    for name, seed in (('a', 0), ('b', 0), ('c', 1)):
        demo.make_demo(tmp_path / name, seed)
    a, b, c, full = *(tree(tmp_path / name) for name in 'abc'), tree(drawn)
    assert a == b and a.keys() == c.keys()
    assert all(a[name] == full[name] for name in a)
    assert not {v for k, v in a.items() if 'jpg' in k} & {v for k, v in c.items() if 'jpg' in k}
    demo.make_demo(tmp_path / 'a')
    assert tree(tmp_path / 'a') == b
    fails(lambda: demo.make_demo(tmp_path / 'a', 5), 'seed 0', 'asked for 5', 'delete')
    (tmp_path / 'a/val_night/star/0001.jpg').unlink()
    fails(lambda: demo.make_demo(tmp_path / 'a'), 'val_night', 'star', 'found 1', 'expected 2')


def test_demo_failure_leaves_nothing(tmp_path, monkeypatch):
    def broken(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, 'PER_SHAPE', {'train': 2, 'val_night': 2})
    monkeypatch.setattr(demo, 'night', broken)
    with pytest.raises(KeyboardInterrupt):
        demo.make_demo(tmp_path / 'x')
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize('tool', [codan, gtsrb_daynight, demo])
def test_help_has_an_example(tool, capsys):
    with pytest.raises(SystemExit) as end:
        tool.main(['--help'])
    assert end.value.code == 0
    assert (
        f'example:\n  python tools/prepare/{tool.__name__.split(".")[-1]}.py'
        in capsys.readouterr().out
    )


def test_cli_reports_an_error_without_traceback(tmp_path, capsys):
    assert gtsrb_daynight.main([str(tmp_path / 'no.zip'), str(tmp_path / 'out')]) == 1
    assert capsys.readouterr().err.startswith('error: ')
