"""A whole run through mmengine's Runner on encoded clips: train, validate, resume, export, test."""

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from act_toy import write_clips
from tools import export_plain
from wiid_plugins.compose import compose
from wiid_plugins.compose.own import nodes

SMOKE = 'configs/act/i3d-r18_wiid-smoke_1xb4-1e_clips.py'


@pytest.fixture(scope='module')
def clips(tmp_path_factory):
    root = tmp_path_factory.mktemp('clips')
    write_clips(root)
    return root


def smoke(root, work_dir, segments, epochs):
    """The smoke config on 32 px clips; with segments, a 2D recognizer."""
    config = compose(Config.fromfile(SMOKE, format_python_code=False))  # formatting takes seconds
    for node in nodes(config._cfg_dict):
        for key in ('ann_file', 'video'):
            if isinstance(node.get(key), str):
                node[key] = node[key].replace('data/clips', str(root))
        if node.get('type') == 'Resize':
            node.scale = (32, 32)
        if segments and node.get('type') == 'SampleFrames':
            node.update(clip_len=1, num_clips=4)
        if segments and node.get('type') == 'FormatShape':
            node.input_format = 'NCHW'
    if segments:
        head = dict(
            type='TSNHead', consensus=dict(type='AvgConsensus', dim=1), average_clips='prob'
        )
        config.model.recognizer = dict(
            type='Recognizer2D',
            backbone=dict(type='mmpretrain.ResNet', depth=18, stem_channels=8, base_channels=8),
            cls_head={**head, 'num_classes': 11, 'in_channels': 64, 'topk': (1,)},
        )
        config.model.data_preprocessor.preprocessor.format_shape = 'NCHW'
    config.train_dataloader.batch_size = 2
    config.train_cfg.max_epochs = epochs
    config.work_dir, config.log_level = str(work_dir), 'WARNING'
    return config


@pytest.mark.parametrize('segments', [False, True])
def test_a_run_trains_validates_resumes_exports_and_tests(clips, tmp_path, segments):
    runner = Runner.from_cfg(smoke(clips, tmp_path, segments, 1))
    slow = runner.model.target.average.state_dict()
    before = {k: v.clone() for k, v in slow.items()}
    runner.train()
    assert runner.iter == 2
    assert any(not torch.equal(v, before[k]) for k, v in slow.items())
    logged = set(runner.message_hub.log_scalars)
    assert {f'train/{k}' for k in ('loss_byol', 'loss_mmd', 'day.loss_cls')} <= logged
    assert {'val/day/top1', 'val/night_enhanced/top1'} <= logged
    checkpoint = torch.load(tmp_path / 'epoch_1.pth', weights_only=False)
    assert checkpoint['meta']['wiid']['setting'] == 'unsupervised'
    assert 'dark.txt (3' in checkpoint['meta']['wiid']['unlabelled_dark']

    config = smoke(clips, tmp_path, segments, 2)
    config.resume = True
    runner = Runner.from_cfg(config)
    runner.train()
    assert (runner.epoch, runner.iter) == (2, 4)
    assert export_plain.main([str(tmp_path / 'epoch_2.pth'), str(tmp_path / 'plain.pth')]) == 0
    plain = torch.load(tmp_path / 'plain.pth')['state_dict']
    runner.model.model.load_state_dict(plain, strict=True)
    scores = runner.test()
    assert {f'{d}/top1' for d in ('night', 'night_enhanced')} <= set(scores)
    assert all(np.isfinite(v) for v in scores.values())
