"""What is wrong with a list of clips is named before training, what is odd in a clip trains."""

from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest
import torch
from mmaction.datasets import VideoDataset
from mmengine.dataset import ConcatDataset, pseudo_collate
from mmengine.registry import init_default_scope

from act_toy import build_paired, build_stock
from wiid_plugins.compose import read_config
from wiid_plugins.datasets import WithDark
from wiid_plugins.datasets.named_clips import name_clips
from wiid_plugins.engine.guards import ClipListHook

OURS, OPENCV = ('wiid_plugins.OpenClip', 'wiid_plugins.DecodeClip'), ('OpenCVInit', 'OpenCVDecode')


def write_clip(path, frames=12, size=(64, 48), times=None):
    """H.264, as wide and high as asked; ``times`` of the frames in milliseconds."""
    width, height = size
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('libx264', rate=30)
        stream.width, stream.height = size
        stream.pix_fmt = 'yuv444p' if width % 2 or height % 2 else 'yuv420p'
        stream.codec_context.time_base = Fraction(1, 1000)
        for i in range(frames):
            picture = np.full((height, width, 3), 20 * i, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format='rgb24')
            frame.pts = 33 * i if times is None else times[i]
            frame.time_base = Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def clips_of(root, lines, reader=OURS, name='train.txt'):
    """A data set of the list ``lines``."""
    init_default_scope('mmaction')
    (root / name).write_text(''.join(f'{line}\n' for line in lines))
    pipeline = [
        dict(type=reader[0]),
        dict(type='SampleFrames', clip_len=8, frame_interval=1, num_clips=1),
        dict(type=reader[1]),
        dict(type='Resize', scale=(32, 32), keep_ratio=False),
        dict(type='FormatShape', input_format='NCTHW'),
        dict(type='PackActionInputs'),
    ]
    return VideoDataset(str(root / name), pipeline, data_prefix=dict(video=str(root)))


def check(dataset, validate=None, job='train'):
    loops = [None if d is None else loop_of(d) for d in (dataset, validate)]
    names = ('train_loop', 'val_loop') if job == 'train' else ('test_loop', 'val_loop')
    runner = SimpleNamespace(model=build_stock('i3d'), **dict(zip(names, loops, strict=True)))
    getattr(ClipListHook(), f'before_{job}')(runner)


def loop_of(dataset):
    return SimpleNamespace(dataloader=SimpleNamespace(dataset=dataset))


@pytest.fixture
def root(tmp_path):
    write_clip(tmp_path / 'a.mp4')
    (tmp_path / 'empty.mp4').touch()
    return tmp_path


def test_the_configs_look_at_their_lists():
    for config in Path('configs/act').glob('*.py'):
        hooks = read_config(config).custom_hooks
        assert dict(type='wiid_plugins.ClipListHook') in hooks


BAD = {
    'none.mp4 0': 'none.mp4: there is no such clip',
    'empty.mp4 0': 'empty.mp4: the clip is empty',
    'a.mp4 3': 'a.mp4: label 3 is outside the 3 classes of the head',
    'a.mp4 -1': 'a.mp4: label -1 is outside the 3 classes of the head',
    'a.mp4': 'a.mp4: label -1 is outside the 3 classes of the head',
}


@pytest.mark.parametrize('line', BAD)
@pytest.mark.parametrize('job', ['train', 'test'])
def test_a_bad_line_is_named_before_the_first_iteration(root, line, job):
    dataset = clips_of(root, ['a.mp4 2', line, 'a 0'])
    with pytest.raises(ValueError) as error:
        check(ConcatDataset([dataset, dataset]), job=job)
    first, *faults = str(error.value).splitlines()
    assert first.startswith('1 fault(s) in the lists of clips; mend')
    assert faults == [f'  {root}/train.txt, line 2: {root}/{BAD[line]}']


def test_bad_lines_of_all_lists_are_counted_and_the_first_ten_shown(root):
    train = clips_of(root, ['none.mp4 0'] * 9 + ['a.mp4 0'])
    validate = clips_of(root, [*BAD, 'a.mp4 0'], name='val.txt')
    with pytest.raises(ValueError, match='^14 fault') as error:
        check(train, validate)
    *_, last, dots = str(error.value).splitlines()
    assert f'{root}/val.txt, line 1' in last and dots == '  ...'


def test_labels_of_the_dark_stream_do_not_matter_and_its_clips_do(root, monkeypatch):
    monkeypatch.setattr(WithDark, '__init__', lambda self, **parts: vars(self).update(parts))
    day, dark = clips_of(root, ['a.mp4 0']), clips_of(root, ['a.mp4 99', 'a.mp4'], name='dark.txt')
    check(WithDark(dataset=day, dark=dark))
    dark = clips_of(root, ['a.mp4 99', 'none.mp4 0'], name='dark.txt')
    with pytest.raises(ValueError, match='dark.txt, line 2: .*none.mp4'):
        check(WithDark(dataset=day, dark=dark))


@pytest.mark.parametrize('reader', [OURS, OPENCV], ids=['ours', 'opencv'])
def test_a_clip_that_cannot_be_read_is_named_with_its_line(root, reader):
    whole = (root / 'a.mp4').read_bytes()
    (root / 'half.mp4').write_bytes(whole[: len(whole) // 2])
    (root / 'text.mp4').write_text('no video')
    dataset = clips_of(root, ['a.mp4 0', 'half.mp4 1', 'text.mp4 2'], reader)
    name_clips(dataset)
    name_clips(dataset)  # changes nothing more
    assert dataset[0]['inputs'].shape == (1, 3, 8, 32, 32)
    for index, name in ((1, 'half.mp4'), (2, 'text.mp4')):
        with pytest.raises(OSError) as error:
            dataset[index]
        where = f'{root}/train.txt, line {index + 1}: {root}/{name}: '
        assert str(error.value).startswith(where) and 'replace the clip' in str(error.value)
        assert error.value.__cause__ is not None


def test_widths_that_decord_refuses(root):
    for width in (48, 72):
        write_clip(root / 'narrow.mp4', size=(width, 64))
        assert clips_of(root, ['narrow.mp4 0'])[0]['inputs'].shape == (1, 3, 8, 32, 32)


@pytest.mark.parametrize('reader', [OURS, OPENCV], ids=['ours', 'opencv'])
def test_frames_are_counted_whatever_their_times_sizes_and_number(root, reader):
    times = np.random.default_rng(0).integers(2, 400, 12).cumsum().tolist()
    write_clip(root / 'varying.mp4', times=times)
    write_clip(root / 'odd.mp4', size=(47, 33))
    write_clip(root / 'short.mp4', frames=3)
    write_clip(root / 'one.mp4', frames=1)
    names = ('varying', 'odd', 'short', 'one')
    dataset = clips_of(root, [f'{name}.mp4 {i % 3}' for i, name in enumerate(names)], reader)
    check(dataset)
    batch = pseudo_collate([dataset[i] for i in range(len(names))])
    levels = [clip.float().mean((0, 1, 3, 4)) for clip in batch['inputs']]
    for level in levels[:2]:  # a step of 20 from frame to frame: none is left out or doubled
        assert ((level.diff() - 20).abs() < 3).all()
    assert (levels[2].unique().numel(), levels[3].unique().numel()) == (3, 1)  # in a loop
    model = build_paired('i3d', mmd=False, views=dict(darken=dict(), regions=dict())).train()
    losses = model(**model.data_preprocessor(batch, True), mode='loss')
    assert torch.isfinite(model.parse_losses(losses)[0])
