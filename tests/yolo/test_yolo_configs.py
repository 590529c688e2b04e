"""Every config of Ultralytics parses, is understood by it, and trains for a step on a small network."""

from pathlib import Path

import pytest
import torch
import yaml
from ultralytics.cfg import get_cfg

from wiid_plugins.compose import read_config
from wiid_plugins.models.target import MomentumEncoder
from wiid_plugins.yolo.model import PairedDetectionModel, PyramidEncoder
from wiid_plugins.yolo.options import options_of, write_data
from wiid_plugins.yolo.trainer import slow_projections
from wiid_plugins.yolo.views import PairedViews

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = sorted(ROOT.glob('configs/yolo/*.py'))


def make_batch():
    return dict(
        img=torch.rand(2, 3, 64, 64),
        cls=torch.tensor([[0.0], [1]]),
        bboxes=torch.tensor([[0.4, 0.5, 0.5, 0.5], [0.5, 0.5, 0.6, 0.7]]),
        batch_idx=torch.tensor([0.0, 1]),
    )


@pytest.mark.parametrize('path', CONFIGS, ids=lambda p: p.stem)
def test_config_survives_the_data_yaml_and_takes_one_step(path, tmp_path):
    config = read_config(path)
    assert config.default_scope == 'ultralytics' and config.wiid.night
    args = get_cfg(overrides={k: v for k, v in config.train.items()})
    config.data.path = str(tmp_path)
    for part in (config.data.train, config.data.val):
        (tmp_path / part).mkdir(parents=True)
    data = yaml.safe_load(write_data(config, tmp_path).read_text())
    wiid = data.get('wiid')
    assert (wiid is None) == ('plain' in path.stem)
    small = config.model[: len('yolov5')] + 'n.yaml'
    model = PairedDetectionModel(small, nc=len(data['names']), verbose=False, wiid=wiid)
    model.args, parts = args, wiid or {}
    dark = iter([torch.randint(0, 60, (2, 3, 64, 64), dtype=torch.uint8)])
    views = PairedViews(*(parts.get(k) for k in ('darken', 'enhance', 'mask')), dark)
    batch = views(make_batch())
    if 'byol_loss' in model.columns:
        target = model_target(model)
        batch['slow'] = slow_projections(target, [torch.cat([batch['img'], batch['night']])])
    loss, items = model.loss(batch)
    loss.sum().backward()
    assert all(torch.isfinite(v) for v in items.values()) and list(items)[3:] == model.columns
    assert all(p.grad is not None for p in model.parameters() if p.requires_grad)


def model_target(model):
    momentum = model.aux.byol['momentum']
    return MomentumEncoder(PyramidEncoder(model), model.aux.projectors, momentum)


def test_the_parts_of_the_method_are_in_the_configs_that_are_named_after_them():
    added = {}
    for path in CONFIGS:
        wiid = options_of(read_config(path))
        aux = wiid.get('aux') or {}
        parts = dict(darken=wiid.get('darken') is not None, mask=bool(wiid.get('mask')), **_on(aux))
        added[path.stem.split('_')[1], path.stem.split('_')[-1]] = [
            k for k, v in parts.items() if v
        ]
    scenes = {name: parts for (name, data), parts in added.items() if data == 'gtsrb-scenes'}
    assert scenes['plain'] == [] and scenes['wiid-darken'] == ['darken']
    assert scenes['wiid-byol'] == ['darken', 'byol']
    assert scenes['wiid-mmd'] == ['darken', 'byol', 'mmd']
    assert scenes['wiid'] == ['darken', 'mask', 'byol', 'mmd']
    assert added['wiid-zeroshot', 'voco2exdark'] == ['darken', 'mask', 'byol']


def _on(aux):
    return {name: bool(aux.get(name)) for name in ('byol', 'mmd')}


def test_no_config_holds_an_absolute_path():
    assert CONFIGS and not any("'/" in path.read_text() for path in CONFIGS)
