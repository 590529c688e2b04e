import shutil
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from arid_trees import clip, make_source, samples, write_list
from prepare_helpers import fails
from tools.prepare import arid

WAVE = 'ARID/raw/data/Wave/Wave_1_1.avi'
TEST2 = 'ARID/raw/list_cvt/ARID_split2_test.txt'


@pytest.fixture(scope='module')
def drawn(tmp_path_factory):
    return make_source(tmp_path_factory.mktemp('arid') / 'source')


@pytest.fixture
def source(drawn, tmp_path):
    return shutil.copytree(drawn, tmp_path / 'source')


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
