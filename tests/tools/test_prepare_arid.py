import shutil
from collections import Counter
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from mmaction.datasets import VideoDataset

from prepare_helpers import fails, tree
from tools.prepare import arid

DARK = ['Drink', 'Jump', 'Wave']
FRAMES = 18


def clip(path, frames=FRAMES, size=(32, 24)):
    path.parent.mkdir(parents=True, exist_ok=True)
    code = cv2.VideoWriter_fourcc(*('mp4v' if path.suffix == '.mp4' else 'MJPG'))
    writer = cv2.VideoWriter(str(path), code, 30, size)
    for i in range(frames):
        writer.write(np.full((*size[::-1], 3), 10 * (i % 9), np.uint8))
    writer.release()


def write_list(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (f'{i}\t{label}\t{name}\n' for i, (label, name) in enumerate(rows))
    path.write_text(''.join(lines))


def make_arid(root, clips, lists, suffix):
    """Three classes of three clips; the split's number tells which one is for test."""
    for name in DARK:
        for i in range(3):
            clip(root / clips / name / f'{name}_1_{i}{suffix}')
    for split in (1, 2, 3):
        kinds = {'train': [i for i in range(3) if i != split - 1], 'test': [split - 1]}
        for kind, numbers in kinds.items():
            rows = [(arid.CLASSES.index(n), f'{n}/{n}_1_{i}.avi') for n in DARK for i in numbers]
            write_list(root / lists.format(split, kind), rows)


def make_normal(root, clips='raw/data', lists='raw/list_cvt'):
    """One clip a class; the list of ARID's test clips is published beside it and not wanted."""
    rows = []
    for label, name in enumerate(arid.CLASSES):
        rows.append((label, f'some_{name.lower()}_nm.v1_{label}.{"mp4" if label % 2 else "avi"}'))
        clip(root / clips / rows[-1][1])
    write_list(root / lists / 'ARID_split1_train.txt', rows)
    write_list(root / lists / 'ARID_split1_test.txt', [(0, 'Drink/Drink_1_0.avi')])
    table = ''.join(f'{i}\t{name}\n' for i, name in enumerate(arid.CLASSES))
    (root / lists / 'mapping_table.txt').write_text(table)


@pytest.fixture(scope='module')
def drawn(tmp_path_factory):
    """The layout of v1.0 and of the normal-light set."""
    root = tmp_path_factory.mktemp('arid') / 'source'
    make_arid(root / 'ARID', 'raw/data', 'raw/list_cvt/ARID_split{}_{}.txt', '.avi')
    make_normal(root / 'NormalLight')
    return root


@pytest.fixture
def source(drawn, tmp_path):
    return shutil.copytree(drawn, tmp_path / 'source')


def samples(root, name):
    data = VideoDataset(f'{root}/{name}.txt', [], data_prefix={'video': str(root)})
    return [(d['filename'].removeprefix(f'{root}/'), d['label']) for d in data.load_data_list()]


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


WAVE = 'ARID/raw/data/Wave/Wave_1_1.avi'
TEST2 = 'ARID/raw/list_cvt/ARID_split2_test.txt'


def spoil_missing(source):
    (source / WAVE).unlink()


def spoil_empty(source):
    (source / WAVE).write_bytes(b'')


def spoil_truncated(source):
    (source / WAVE).write_bytes((source / WAVE).read_bytes()[:200])


def spoil_short(source):
    clip(source / WAVE, 7)


def spoil_line(line):
    def spoil(source):
        text = (source / TEST2).read_text()
        (source / TEST2).write_text(text.replace('2\t10\tWave/Wave_1_1.avi', line))

    return spoil


LISTED = 'ARID_split2_test.txt, line 3: Wave/Wave_1_1.avi'
BAD = {
    'clip missing 3': (spoil_missing, LISTED),
    'clip cannot be decoded 3': (spoil_empty, f'{LISTED} ('),
    'clip cannot be decoded': (spoil_truncated, '200 bytes'),
    'clip with less than 16 frames 3': (spoil_short, '7 frames'),
    'label outside the classes 1': (spoil_line('2\t11\tWave/Wave_1_1.avi'), 'line 3: 2\t11'),
    'label is not that of the class folder 1': (
        spoil_line('2\t9\tWave/Wave_1_1.avi'),
        'line 3: 2\t9\tWave/Wave_1_1.avi (9 is Walk)',
    ),
    'line is not `index label path`, tab separated 1': (
        spoil_line('2 10 Wave/Wave_1_1.avi'),
        'line 3: 2 10',
    ),
}


@pytest.mark.parametrize('kind', BAD)
def test_arid_bad_input_is_named_counted_and_fatal(source, tmp_path, kind):
    spoil, word = BAD[kind]
    spoil(source)
    root = tmp_path / 'out'
    fails(lambda: arid.prepare(source, root), kind, 'ARID_split2_test.txt', word, '--skip-bad')
    assert not list(tmp_path.glob('out*'))
    assert f'left out: {kind}' in arid.prepare(source, root, skip_bad=True)
    assert word in (root / 'left_out.txt').read_text()
    assert len(samples(root, 'arid_split2_test')) == 2


def test_arid_odd_sizes_and_the_number_of_frames(source, tmp_path):
    clip(source / WAVE, 16, (31, 17))
    assert 'made' in arid.prepare(source, tmp_path / 'a', 16)
    fails(lambda: arid.prepare(source, tmp_path / 'b', 17), 'less than 17 frames 3', '16 frames')


def test_arid_takes_a_varying_rate_and_an_odd_size_as_they_are(source, tmp_path):
    with av.open(str(source / WAVE).replace('.avi', '.mp4'), 'w') as container:
        stream = container.add_stream('libx264', rate=30)
        stream.width, stream.height, stream.pix_fmt = 47, 33, 'yuv444p'
        stream.codec_context.time_base = Fraction(1, 1000)
        for time in np.random.default_rng(0).integers(2, 400, 16).cumsum().tolist():
            frame = av.VideoFrame.from_ndarray(np.zeros((33, 47, 3), np.uint8))
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    (source / WAVE).unlink()
    assert 'made' in arid.prepare(source, tmp_path / 'a', 16)
    assert cv2.VideoCapture(str(tmp_path / 'a/arid/Wave/Wave_1_1.mp4')).read()[1].shape == (
        33,
        47,
        3,
    )
    fails(lambda: arid.prepare(source, tmp_path / 'b', 17), 'less than 17 frames 3', '16 frames')


def test_arid_layout_errors(source, tmp_path):
    job = lambda: arid.prepare(source, tmp_path / 'out')  # noqa: E731
    write_list(source / 'ARID/split1_test.txt', [(0, 'Drink/Drink_1_0.avi')])
    fails(job, 'two lists for arid_split1_test', 'ARID_split1_test.txt')
    (source / 'ARID/split1_test.txt').unlink()
    (source / 'ARID/mapping_table.txt').write_text('0\tJump\n')
    fails(job, 'mapping_table.txt', 'Drink')
    (source / 'ARID/mapping_table.txt').unlink()
    (source / 'NormalLight/raw/list_cvt/ARID_split1_train.txt').unlink()
    fails(job, 'NormalLight holds no list file')
    shutil.rmtree(source / 'ARID/raw/list_cvt')
    fails(job, 'ARID holds no list file', 'unpack')
    shutil.rmtree(source / 'ARID')
    fails(job, 'ARID not found')
    assert not list(tmp_path.glob('out*'))


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
