import shutil
from collections import Counter

import cv2
import pytest

from arid_trees import DARK, clip, make_arid, make_source, samples, write_list
from prepare_helpers import fails, tree
from tools.prepare import arid


@pytest.fixture(scope='module')
def drawn(tmp_path_factory):
    return make_source(tmp_path_factory.mktemp('arid') / 'source')


@pytest.fixture
def source(drawn, tmp_path):
    return shutil.copytree(drawn, tmp_path / 'source')


def test_arid_counts_and_layout(source, tmp_path, capsys):
    root = tmp_path / 'out'
    assert arid.main([str(source), str(root)]) == 0
    out = capsys.readouterr().out
    assert 'made; arid_split1_test 3, arid_split1_train 6' in out
    assert 'arid_split3_train 6, normal_light_train 11' in out
    files = Counter(name.rpartition('/')[0] for name in tree(root))
    clips = {f'arid/{name}': 3 for name in DARK} | {f'normal_light/{n}': 1 for n in arid.CLASSES}
    assert files == {**clips, '': 7 + 2}
    assert (root / 'classes.txt').read_text().split() == arid.CLASSES


def test_arid_lists_are_what_mmaction_reads(source, tmp_path):
    root = tmp_path / 'out'
    arid.prepare(source, root)
    for split in (1, 2, 3):
        train, test = (samples(root, f'arid_split{split}_{kind}') for kind in ('train', 'test'))
        assert len(train) == 6 and not set(train) & set(test)
        assert test == [(f'arid/{n}/{n}_1_{split - 1}.avi', arid.CLASSES.index(n)) for n in DARK]
    normal = samples(root, 'normal_light_train')
    assert [label for _, label in normal] == list(range(11))
    for path, label in normal + samples(root, 'arid_split1_train'):
        assert path.split('/')[1] == arid.CLASSES[label]
        assert cv2.VideoCapture(str(root / path)).read()[0]


def test_arid_v15_layout_with_mp4_and_linked_folders(tmp_path):
    make_arid(tmp_path / 'disk', 'clips_v1.5', 'list_cvt/split_{0}/split{0}_{1}.txt', '.mp4')
    write_list(tmp_path / 'disk/list_cvt/split_1/split1_others.txt', [(10, 'Wave/Wave_1_2.avi')])
    (tmp_path / 'source/ARID').mkdir(parents=True)
    for name in ('clips_v1.5', 'list_cvt'):
        (tmp_path / 'source/ARID' / name).symlink_to(tmp_path / 'disk' / name)
    out = arid.prepare(tmp_path / 'source', tmp_path / 'out')
    assert 'arid_split1_other 1' in out and 'normal_light' not in out
    assert samples(tmp_path / 'out', 'arid_split1_test')[0] == ('arid/Drink/Drink_1_0.mp4', 0)
    assert samples(tmp_path / 'out', 'arid_split1_other') == [('arid/Wave/Wave_1_2.mp4', 10)]
    assert not (tmp_path / 'out/arid/Wave/Wave_1_2.mp4').is_symlink()


def test_arid_takes_the_listed_ending_of_two(source, tmp_path):
    clip(source / 'ARID/clips_v1.5/Wave/Wave_1_0.mp4')
    arid.prepare(source, tmp_path / 'out')
    assert samples(tmp_path / 'out', 'arid_split1_test')[2][0] == 'arid/Wave/Wave_1_0.avi'


def test_arid_space_in_a_name(source, tmp_path):
    clip(source / 'NormalLight/raw/data/to ya.avi')
    write_list(source / 'NormalLight/raw/list_cvt/ARID_split1_train.txt', [(5, 'to ya.avi')])
    arid.prepare(source, tmp_path / 'out')
    assert samples(tmp_path / 'out', 'normal_light_train') == [('normal_light/Run/to_ya.avi', 5)]


def test_arid_second_run_changes_nothing(source, tmp_path, capsys):
    root = tmp_path / 'out'
    arid.main([str(source), str(root)])
    before = tree(root)
    shutil.rmtree(source)
    assert arid.main([str(source), str(root)]) == 0
    assert 'already there; arid_split1_test 3' in capsys.readouterr().out and tree(root) == before
    fails(lambda: arid.prepare(source, root, 20), "'min_frames': 16", 'delete')
    (root / 'arid/Wave/Wave_1_0.avi').unlink()
    fails(lambda: arid.prepare(source, root), 'arid/Wave: found 2 files, expected 3', 'delete')


def test_arid_published_lists(real_data):
    for name, number in (('ug2_normal_light_train', 2625), ('arid_split1_test', 823)):
        report = arid.Report()
        lines = arid.read_list(real_data / f'lists/{name}.txt', report)
        assert not report.faults and len(lines) == number
        assert {line.label for line in lines} == set(range(11))
    table = (real_data / 'lists/arid_classes.txt').read_text().split()[1::2]
    assert table == arid.CLASSES


def test_arid_real_dark_clips(real_data, tmp_path):
    (tmp_path / 'source/ARID').mkdir(parents=True)
    (tmp_path / 'source/ARID/clips').symlink_to(real_data / 'arid_dark/train')
    clips = sorted((real_data / 'arid_dark/train').rglob('*.mp4'))[::12]
    rows = [(arid.CLASSES.index(p.parent.name), f'{p.parent.name}/{p.stem}.avi') for p in clips]
    write_list(tmp_path / 'source/ARID/split1_test.txt', rows)
    assert f'arid_split1_test {len(clips)}' in arid.prepare(tmp_path / 'source', tmp_path / 'out')


def test_arid_help_has_an_example(capsys):
    with pytest.raises(SystemExit) as end:
        arid.main(['--help'])
    assert end.value.code == 0
    assert 'example:\n  python tools/prepare/arid.py' in capsys.readouterr().out
