"""Every detection config parses, builds and takes one training step, on tiny pictures."""

import json
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.optim import OptimWrapper
from mmengine.registry import MODELS, TRANSFORMS, init_default_scope

from det_toy import batch_of
from wiid_plugins.compose import read_config
from wiid_plugins.compose.own import nodes

CONFIGS = sorted(Path('configs/det').glob('*.py'))
JOBS = ('train', 'val', 'test')


def narrow(detector):
    """Make a backbone, and Faster R-CNN's head, some channels wide."""
    detector.backbone.init_cfg = None
    if detector.type != 'YOLOV3':
        detector.backbone.update(depth=18, stem_channels=8, base_channels=8)
        detector.neck.in_channels = [8, 16, 32, 64]
    if detector.type == 'FasterRCNN':
        detector.roi_head.bbox_head.fc_out_channels = 8


@pytest.mark.parametrize('path', CONFIGS, ids=lambda p: p.stem)
def test_config_builds_and_takes_one_step(path):
    config = read_config(path)
    assert config.default_scope == 'mmdet'
    init_default_scope(config.default_scope)
    narrow(config.model.get('detector', config.model))
    model = MODELS.build(config.model)
    has_dark = config.train_dataloader.dataset.type == 'wiid_plugins.WithDark'
    before = [p.detach().clone() for p in model.parameters()]
    optimizer = torch.optim.SGD((p for p in model.parameters() if p.requires_grad), lr=0.1)
    losses = model.train().train_step(batch_of(dark=has_dark), OptimWrapper(optimizer))
    assert ('loss_mmd' in losses) == has_dark
    assert ('loss_byol' in losses) == ('wiid' in path.stem)
    assert all(torch.isfinite(v).all() for v in losses.values())
    assert any(not torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))


@pytest.mark.parametrize('path', CONFIGS, ids=lambda p: p.stem)
def test_pipelines_heads_and_metrics_of_config_fit_each_other(path):
    config = read_config(path)
    init_default_scope(config.default_scope)
    found = [n for n in nodes([config[f'{job}_dataloader'] for job in JOBS]) if 'pipeline' in n]
    for transform in (t for node in found for t in node['pipeline']):
        TRANSFORMS.build(transform)
    classes = {node['metainfo']['classes'] for node in found if 'metainfo' in node}
    widths = {n['num_classes'] for n in nodes(config.model) if n.get('num_classes')}
    assert {len(c) for c in classes} == widths and len(classes) == 1
    for job in JOBS[1:]:
        sets, scores = config[f'{job}_dataloader'].dataset, config[f'{job}_evaluator']
        assert [s.ann_file for s in sets.datasets] == [m.ann_file for m in scores.metrics]
        assert len(scores.dataset_prefixes) == len(scores.metrics)
    saved = config.default_hooks.checkpoint.get('save_best')
    assert not saved or saved.split('/')[0] in config.val_evaluator.dataset_prefixes


def test_classes_are_those_that_the_tools_write():
    from tools.prepare.exdark import CLASSES

    config = Config.fromfile('configs/_base_/datasets/voco2exdark_det.py')
    assert list(config.metainfo.classes) == CLASSES


def test_a_plain_and_a_wiid_config_of_a_detector_share_data_and_schedule():
    for plain in (p for p in CONFIGS if '_plain' in p.stem):
        wiid = read_config(str(plain).replace('plain', 'wiid'))
        plain = read_config(plain)
        assert wiid.train_dataloader.dataset.dataset == plain.train_dataloader.dataset
        for key in ('optim_wrapper', 'param_scheduler', 'train_cfg', 'test_dataloader'):
            assert json.dumps(wiid[key]) == json.dumps(plain[key])
        stock = {**wiid.model.detector}
        stock['data_preprocessor'] = wiid.model.data_preprocessor.preprocessor
        assert stock == plain.model
