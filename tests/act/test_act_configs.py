"""Every config for clips parses, builds and takes one training step, on tiny clips."""

import json
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.optim import OptimWrapper
from mmengine.registry import MODELS, TRANSFORMS, init_default_scope

from act_toy import batch_of
from wiid_plugins.compose import read_config
from wiid_plugins.compose.own import nodes

CONFIGS = sorted(Path('configs/act').glob('*.py'))
JOBS = ('train', 'val', 'test')


def load(path):
    config = read_config(path)
    assert config.default_scope == 'mmaction'
    init_default_scope(config.default_scope)
    return config


def narrow(config):
    """No download, 18 layers, and of a 3D backbone an eighth of the width."""
    recognizer = config.model.get('recognizer', config.model)
    recognizer.backbone.update(depth=18, base_channels=8)
    if recognizer.type == 'Recognizer2D':
        recognizer.backbone.update(pretrained2d=False, pretrained=None)
        width = 512
        recognizer.backbone.pop('base_channels')
    else:
        recognizer.backbone.update(pretrained=None, pretrained2d=False, inflate=(1, 1, 1, 1))
        width = 64
    recognizer.cls_head.in_channels = width


@pytest.mark.parametrize('path', CONFIGS, ids=lambda p: p.stem)
def test_config_builds_and_takes_one_step(path):
    config = load(path)
    narrow(config)
    model = MODELS.build(config.model)
    has_dark = config.train_dataloader.dataset.type == 'wiid_plugins.WithDark'
    name = 'tsm8' if 'tsm' in path.stem else 'i3d'
    optimizer = torch.optim.SGD((p for p in model.parameters() if p.requires_grad), lr=0.1)
    before = [p.detach().clone() for p in model.parameters()]
    losses = model.train().train_step(batch_of(name, dark=has_dark), OptimWrapper(optimizer))
    assert ('loss_mmd' in losses) == has_dark
    assert ('loss_byol' in losses) == ('wiid' in path.stem)
    assert all(torch.isfinite(v).all() for v in losses.values())
    assert any(not torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))


@pytest.mark.parametrize('path', CONFIGS, ids=lambda p: p.stem)
def test_pipelines_heads_and_shapes_of_config_fit_each_other(path):
    config = load(path)
    loaders = [config[f'{job}_dataloader'] for job in JOBS if config.get(f'{job}_dataloader')]
    sets = [n for n in nodes(loaders) if 'pipeline' in n]
    shapes, sampled = set(), set()
    for step in (t for node in sets for t in node['pipeline']):
        TRANSFORMS.build(step)
        if step['type'] == 'FormatShape':
            shapes.add(step['input_format'])
        if step['type'] == 'SampleFrames':
            sampled.add((step['clip_len'], step['num_clips']))
    views = config.model.data_preprocessor
    assert shapes == {views.get('preprocessor', views).get('format_shape', 'NCHW')}
    assert len(sampled) == 1
    (head,) = (n for n in nodes(config.model) if 'num_classes' in n)
    assert {len(n['metainfo']['classes']) for n in sets if 'metainfo' in n} <= {head['num_classes']}


def test_classes_are_those_that_the_tool_writes():
    from tools.prepare.arid import CLASSES

    assert list(Config.fromfile('configs/_base_/datasets/arid_act.py').classes) == CLASSES


def test_a_plain_and_a_wiid_config_of_a_recognizer_share_data_and_schedule():
    for plain in (p for p in CONFIGS if '_plain' in p.stem):
        wiid = read_config(str(plain).replace('plain', 'wiid'))
        plain = read_config(plain)
        assert wiid.train_dataloader.dataset.dataset == plain.train_dataloader.dataset
        for key in ('optim_wrapper', 'param_scheduler', 'train_cfg', 'test_dataloader'):
            assert json.dumps(wiid[key]) == json.dumps(plain[key])
        stock = {**wiid.model.recognizer}
        stock['data_preprocessor'] = wiid.model.data_preprocessor.preprocessor
        assert stock == plain.model
