"""The steps of a pipeline that read clips, in the place of those over decord."""

from pathlib import Path

import numpy as np
import pytest
from mmaction.datasets.transforms import SampleFrames
from mmengine.fileio import FileClient, LocalBackend

from clip_files import grey, write_animation, write_clip
from compose_toy import two_lines
from wiid_plugins.compose import compose
from wiid_plugins.compose.own import nodes
from wiid_plugins.datasets import RepeatedClips
from wiid_plugins.registry import TRANSFORMS
from wiid_plugins.transforms import DecodeClip, OpenClip

MVIT = 'mvit/mvit-small-p244_k400-maskfeat-pre_8xb32-16x4x1-100e'
LEVELS = list(range(20, 220, 5))


def read(path, inds=None, decode=None, **open_options):
    results = OpenClip(**open_options)(dict(filename=str(path), start_index=0, modality='RGB'))
    if inds is None:
        SampleFrames(clip_len=8, frame_interval=2, test_mode=True)(results)
    else:
        results['frame_inds'] = np.array(inds)
    return (decode or DecodeClip())(results)


def means(results):
    return [float(frame.mean()) for frame in results['imgs']]


def test_keys_of_mmaction2(tmp_path):
    path = write_clip(tmp_path / 'a.mp4', grey(LEVELS))
    results = read(path)
    assert (results['total_frames'], results['video_reader']) == (40, None)
    assert results['avg_fps'] == pytest.approx(25)
    assert results['img_shape'] == results['original_shape'] == (48, 64)
    assert means(results) == pytest.approx(LEVELS[12:28:2], abs=2)
    assert means(read(path.with_suffix(''), [[3], [4]])) == pytest.approx(LEVELS[3:5], abs=2)
    gif = write_animation(tmp_path / 'a.gif', grey([20, 90, 160, 230]))
    assert means(read(gif, [3, 1])) == pytest.approx([230, 90], abs=2)


def test_options(tmp_path):
    FileClient.register_backend('shelf', LocalBackend, force=True)
    path = write_clip(tmp_path / 'a.mp4', grey(LEVELS))
    for options in (dict(num_threads=2), dict(io_backend='shelf'), dict(num_threads=0)):
        assert means(read(path, [5, 39], **options)) == pytest.approx([45, 215], abs=2)
    keys = read(path, [5, 25, 39], DecodeClip(mode='efficient'))
    assert means(keys) == pytest.approx([LEVELS[i] for i in (0, 20, 30)], abs=2)
    with pytest.raises(ValueError, match="mode is 'fast'; it is accurate or efficient"):
        DecodeClip(mode='fast')


def test_boxes_become_pixels(tmp_path):
    path = write_clip(tmp_path / 'a.mp4', grey(LEVELS))
    results = OpenClip()(dict(filename=str(path)))
    boxes = np.array([[0, 0.5, 1, 1]])
    results.update(frame_inds=np.arange(2), gt_bboxes=boxes, proposals=None)
    np.testing.assert_array_equal(DecodeClip()(results)['gt_bboxes'], [[0, 24, 64, 48]])
    assert results['proposals'] is None


def test_sampling_by_time(tmp_path):
    times = np.cumsum([0] + [10] * 20 + [190] * 19)
    path = write_clip(tmp_path / 'a.mp4', grey(LEVELS), times.tolist())
    mean_gap = (times[-1] + 40) / 40  # the encoder shows the last frame for 40 ms
    for inds in ([0, 1, 2, 3], [0, 10, 20, 39]):
        shown = [np.flatnonzero(times <= i * mean_gap + 0.5)[-1] for i in inds]
        by_time = read(path, inds, DecodeClip(by_time=True))
        assert means(by_time) == pytest.approx([LEVELS[i] for i in shown], abs=2)
    assert shown != inds


@pytest.mark.parametrize('stock', ['tsn/tsn_imagenet-pretrained-r50_8xb32-1x1x3-100e', MVIT])
def test_compose_puts_them_in_the_place_of_decord(stock):
    cfg = two_lines(f'mmaction::recognition/{stock}_kinetics400-rgb.py')
    found = compose(cfg)
    loaders = [f'{job}_dataloader' for job in ('train', 'val', 'test')]
    text, before = (str([c[loader] for loader in loaders]) for c in (found, cfg))
    assert 'Decord' in before and 'Decord' not in text
    assert text.count('wiid_plugins.OpenClip') == text.count('wiid_plugins.DecodeClip') >= 3
    assert ('RepeatAugDataset' in before) == ('wiid_plugins.RepeatedClips' in text)
    for step in nodes(found.train_dataloader):
        if step.get('type') == 'wiid_plugins.OpenClip':
            assert TRANSFORMS.build(step).io_backend == 'disk'


def test_configs_of_this_project_name_them():
    for path in Path('configs/_base_/datasets').glob('*_act.py'):
        assert 'Decord' not in path.read_text()


def test_a_clip_that_is_read_once_for_several_samples(tmp_path):
    write_clip(tmp_path / 'a b.mp4', grey(LEVELS))
    (tmp_path / 'list.txt').write_text('a b.mp4 1\n')
    pipeline = [
        dict(type='wiid_plugins.OpenClip'),
        dict(type='mmaction.SampleFrames', clip_len=4, frame_interval=1, num_clips=1),
        dict(type='wiid_plugins.DecodeClip'),
        dict(type='mmaction.FormatShape', input_format='NCTHW'),
        dict(type='mmaction.PackActionInputs'),
    ]
    prefix = dict(video=str(tmp_path))
    data = RepeatedClips(str(tmp_path / 'list.txt'), pipeline, data_prefix=prefix, num_repeats=3)
    samples = data[0]
    assert [s['inputs'].shape for s in samples] == [(1, 3, 4, 48, 64)] * 3
    for sample in samples:
        steps = sample['inputs'][0, 0].float().mean((1, 2)).diff()
        assert ((steps - 5).abs() < 2).all()
