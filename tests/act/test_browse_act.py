"""browse_pairs draws clips as strips of frames, and animates them."""

import cv2
import pytest
import torch
from PIL import Image

from act_toy import write_clips
from tools import browse_pairs
from wiid_plugins.compose import read_config
from wiid_plugins.visualization import sheet
from wiid_plugins.visualization.clips import resized

SMOKE = 'configs/act/i3d-r18_wiid-smoke_1xb4-1e_clips.py'
SIZE = (160, 80)  # of the clips; the config makes 64 x 64 of it
CELL = 2 * 64 + 4


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp('clips')
    write_clips(root, size=SIZE)
    return root


def parts(root):
    """Key of each list and each folder in the config -> where it lies."""
    yield 'train_dataloader.dataset.ann_file', f'{root}/train.txt'
    yield 'train_dataloader.dataset.data_prefix.video', str(root)
    yield 'wiid.dark', f'{root}/dark.txt'


def browse(root, out, *arguments):
    options = [f'{key}={value}' for key, value in parts(root)]
    return browse_pairs.main([SMOKE, '--out', str(out), *arguments, '--cfg-options', *options])


def smoke(root):
    config = read_config(SMOKE, dict(parts(root)))
    config.model.data_preprocessor.regions = dict(highlight=1, blocks=0)
    return config


def pipelines(config):
    return [config.train_dataloader.dataset[part].pipeline for part in ('dataset', 'dark')]


def test_a_strip_per_kind_in_a_block_per_sample_and_all_frames_in_the_animation(root, tmp_path):
    out = tmp_path / 'new' / 'pairs.png'
    assert browse(root, out, '--count', '2', '--frames', '5', '--animate') == 0
    height, width, _ = cv2.imread(str(out)).shape
    assert (height, width) == (2 * (24 + 6 * CELL + 4 + 12), 140 + 5 * CELL + 4)
    with Image.open(out.with_suffix('.gif')) as animation:
        assert animation.size == (6 * CELL + 4, 24 + 2 * CELL + 4)
        assert animation.n_frames == 8 and animation.info['loop'] == 0


def test_the_target_is_green_what_moves_grey_and_the_masked_views_show_the_target(root):
    shown = sheet.columns(smoke(root), 2, seed=0)
    assert list(shown) == ['day', 'moving', 'night', 'day_masked', 'night_masked', 'dark']
    assert {tuple(v.shape) for v in shown.values()} == {(2, 8, 3, 128, 128)}
    red, green, blue = shown['moving'].unbind(2)
    assert torch.equal(red, blue) and set(red.unique().tolist()) == {0, 0.5}
    assert (red[:, 0] == 0.5).all() and 0 < red[:, 4:].mean() < 0.2  # a small disc moves
    target = green - red
    assert set(target.unique().tolist()) == {0, 0.5}
    assert torch.equal(target, target[:, :1].expand_as(target))
    kept = (shown['day_masked'] - shown['day']).abs().amax(2) < 1e-6
    assert kept[target > 0].all() and not kept[target == 0].all()


def test_of_a_target_from_the_loader_only_the_target_is_known(root):
    config = smoke(root)
    for pipeline in pipelines(config):
        pack = pipeline.pop()
        pipeline.insert(-1, dict(type='wiid_plugins.TargetMask', method='gmm'))
        pipeline.append(dict(type='wiid_plugins.PackTwin', pack=pack))
    shown = sheet.columns(config, 2, seed=0)
    assert 'moving' not in shown
    red, green, blue = shown['target'].unbind(2)
    assert not red.any() and not blue.any() and 0 < (green > 0).float().mean() < 1


def test_segments_and_several_clips_follow_each_other(root):
    config = smoke(root)
    for pipeline in pipelines(config):
        for step in pipeline:
            if step.type == 'SampleFrames':
                step.num_clips = 2
    assert sheet.columns(config, 2, seed=0)['moving'].shape[:2] == (2, 16)
    for pipeline in pipelines(config):
        for step in pipeline:
            step.update(dict(clip_len=1, num_clips=4) if step.type == 'SampleFrames' else {})
            step.update(dict(input_format='NCHW') if step.type == 'FormatShape' else {})
    config.model.data_preprocessor.preprocessor.format_shape = 'NCHW'
    assert sheet.columns(config, 2, seed=0)['moving'].shape[:2] == (2, 4)


def test_large_frames_shrink():
    clips = torch.rand(1, 2, 3, 128, 256)
    assert resized(clips, 160).shape == (1, 2, 3, 80, 160)


def test_a_damaged_clip_a_plain_config_and_pictures_are_named(root, tmp_path):
    with pytest.raises(SystemExit, match='i3d-r50_plain.*: trains on single views'):
        browse_pairs.main(['configs/act/i3d-r50_plain_1xb8-30e_normal2arid.py'])
    with pytest.raises(SystemExit, match='--animate: .*demo.py trains on pictures'):
        browse_pairs.main(['configs/demo/resnet18_wiid_demo.py', '--animate'])
    write_clips(tmp_path)
    (tmp_path / 'train/2.mp4').write_bytes(b'')
    with pytest.raises(SystemExit, match=r'train.txt, line 3: .*train/2.mp4: .*replace the clip'):
        browse(tmp_path, tmp_path / 'pairs.png', '--count', '4')
