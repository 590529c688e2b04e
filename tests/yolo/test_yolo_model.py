"""The paired YOLO model: what its loss is made of, and what gradients reach."""

import pytest
import torch
from torch import nn
from ultralytics.cfg import get_cfg
from ultralytics.nn.tasks import DetectionModel

from wiid_plugins.yolo.model import PairedDetectionModel, PyramidEncoder, split

MODELS = ['yolov5n.yaml', 'yolo11n.yaml', 'yolo26n.yaml']
WIID = dict(
    darken={}, aux=dict(byol=dict(weight=0.1, momentum=0.1), mmd=dict(weight=0.1), hidden=8, out=8)
)


def build(cfg='yolov5n.yaml', wiid=WIID):
    torch.manual_seed(0)
    model = PairedDetectionModel(cfg, nc=3, verbose=False, wiid=wiid)
    model.args = get_cfg()
    return model


def build_stock(paired):
    stock = DetectionModel(paired.yaml, verbose=False)
    stock.load_state_dict(paired.state_dict(), strict=False)
    stock.args = get_cfg()
    return stock


def make_batch(seed=0):
    torch.manual_seed(seed)
    return dict(
        img=torch.rand(2, 3, 64, 64),
        night=torch.rand(2, 3, 64, 64),
        dark=torch.rand(3, 3, 64, 64),
        slow=[torch.randn(4, 8) for _ in range(3)],
        cls=torch.tensor([[0.0], [1], [2]]),
        bboxes=torch.tensor([[0.4, 0.5, 0.5, 0.5], [0.5, 0.5, 0.6, 0.7], [0.3, 0.3, 0.3, 0.4]]),
        batch_idx=torch.tensor([0.0, 1, 1]),
    )


@pytest.mark.parametrize('cfg', MODELS)
def test_loss_is_the_stock_loss_of_both_views_and_the_auxiliary_losses(cfg):
    paired, batch = build(cfg, {**WIID, 'joint_forward': False}), make_batch()
    stock = build_stock(paired)
    loss, items = paired.loss(batch)
    day, day_items = stock.loss(batch)
    night, night_items = stock.loss(batch | {'img': batch['night']})
    torch.testing.assert_close(loss[: len(day)], day)
    torch.testing.assert_close(loss[len(day) : -2], night)
    byol, mmd = items['byol_loss'], items['mmd_loss']
    torch.testing.assert_close(loss[-2:], 2 * torch.stack([byol, mmd]))
    assert byol > 0 and mmd > 0
    assert list(items) == [*day_items, 'night_loss', 'byol_loss', 'mmd_loss']
    torch.testing.assert_close(items['night_loss'], sum(night_items.values()))
    torch.testing.assert_close(items['box_loss'], day_items['box_loss'])


def test_joint_forward_shows_batch_norm_all_views_at_once():
    joint, apart, batch = build(), build(wiid={**WIID, 'joint_forward': False}), make_batch()
    norms = [m for n in (joint, apart) for m in n.modules() if isinstance(m, nn.BatchNorm2d)]
    for norm in norms:
        norm.eval()
    torch.testing.assert_close(joint.loss(batch)[0], apart.loss(batch)[0])
    for norm in norms:
        norm.train()
    assert not torch.allclose(joint.loss(batch)[0], apart.loss(batch)[0], rtol=1e-3)


@pytest.mark.parametrize('cfg', MODELS)
def test_training_and_validation_have_the_same_columns(cfg):
    model, batch = build(cfg), make_batch()
    trained = model.loss(batch)[1]
    model.eval()
    batch = {k: v for k, v in batch.items() if k not in ('night', 'dark', 'slow')}
    validated = model.loss(batch, model(batch['img']))[1]
    assert list(trained) == list(validated)
    assert all(validated[k].shape == trained[k].shape for k in trained)
    assert not any(validated[k] for k in model.columns)


@pytest.mark.parametrize(
    ('wiid', 'columns'),
    [
        (None, []),
        (dict(darken=None, aux=WIID['aux']), []),
        (dict(darken={}, aux=None), ['night_loss']),
        (dict(darken={}, aux={**WIID['aux'], 'mmd': None}), ['night_loss', 'byol_loss']),
    ],
)
def test_only_what_is_asked_for_adds_a_column(wiid, columns):
    assert build(wiid=wiid).columns == columns


@pytest.mark.parametrize('part', ['byol_loss', 'mmd_loss'])
def test_auxiliary_losses_train_backbone_and_neck_but_not_the_head(part):
    model = build()
    loss = model.loss(make_batch())[0][{'byol_loss': -2, 'mmd_loss': -1}[part]]
    loss.backward()
    head = dict(model.model[-1].named_parameters())
    body = [p for p in model.model[:-1].parameters() if p.requires_grad]
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in body)
    assert all(p.grad is None or not p.grad.any() for p in head.values())


@pytest.mark.parametrize('cfg', MODELS)
def test_pyramid_encoder_gives_the_pooled_levels_that_feed_the_head(cfg):
    model = build(cfg).eval()
    seen = {}
    model.model[-1].register_forward_pre_hook(lambda _, inputs: seen.update(levels=inputs[0]))
    images = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        pooled = PyramidEncoder(model)(images)
        model(images)
    assert [p.shape[1] for p in pooled] == model.aux.in_channels
    for found, level in zip(pooled, seen['levels'], strict=True):
        torch.testing.assert_close(found, level.mean((2, 3)))


def test_split_parts_nested_predictions():
    x = torch.arange(6.0).view(6, 1)
    first, second = split({'a': [x, 2 * x], 'b': {'c': x}}, [2, 4])
    assert torch.equal(first['a'][1], 2 * x[:2]) and torch.equal(second['b']['c'], x[2:])
    assert set(first) == {'a', 'b'} and len(second['a']) == 2
