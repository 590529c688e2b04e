"""PairedDetector trains like, loads like and predicts like the mmdet detector that it wraps."""

import copy

import pytest
import torch
from mmengine.optim import OptimWrapper
from mmengine.runner import load_checkpoint

from det_toy import ALL, LEVELS, NAMES, batch_of, build_paired, build_stock
from tools import export_plain
from wiid_plugins.engine.guards import HeadFitsHook

DETECTORS = list(LEVELS)


def losses_of(model, batch):
    return model(**model.data_preprocessor(batch, True), mode='loss')


def gradients(module):
    return [p.grad for p in module.parameters() if p.grad is not None]


@pytest.mark.parametrize('joint', [True, False])
@pytest.mark.parametrize('name', DETECTORS)
def test_losses_run_backward_to_backbone_and_aux_and_not_to_the_target(name, joint):
    model = build_paired(name, views=ALL, joint_forward=joint).train()
    losses = losses_of(model, batch_of(dark=True))
    assert {'loss_byol', 'loss_mmd'} < set(losses)
    task = set(losses) - {'loss_byol', 'loss_mmd'}
    assert {k.split('.')[0] in ('day', 'night') for k in task} == {not joint}
    loss, logged = model.parse_losses(losses)
    assert torch.isfinite(loss) and float(logged['loss_byol']) > 0
    loss.backward()
    for part in (model.model.backbone, model.aux):
        assert any((g != 0).any() for g in gradients(part))
    assert not gradients(model.target)
    assert not any(p.requires_grad for p in model.target.average.parameters())


@pytest.mark.parametrize('name', DETECTORS)
@pytest.mark.parametrize('loss', ['loss_byol', 'loss_mmd'])
def test_an_auxiliary_loss_alone_trains_the_backbone(name, loss):
    model = build_paired(name, views=ALL).train()
    losses_of(model, batch_of(dark=True))[loss].backward()
    assert any((g != 0).any() for g in gradients(model.model.backbone))
    head = [c for n, c in model.model.named_children() if n not in ('backbone', 'neck')]
    assert head and not any(gradients(part) for part in head)


@pytest.mark.parametrize('name', DETECTORS)
def test_every_level_of_the_pyramid_has_its_projector_and_the_target_is_backbone_and_neck(name):
    model = build_paired(name)
    assert len(model.aux.projectors) == len(LEVELS[name])
    assert {n for n, _ in model.target.encoder.named_children()} == {'backbone', 'neck'}
    assert model.aux.in_channels == LEVELS[name]


def ten_steps(model):
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9)
    torch.manual_seed(1)
    model.train()
    for step in range(10):
        model.train_step(batch_of(seed=step, sizes=((64, 64), (48, 64))), OptimWrapper(optimizer))
    return model.state_dict()


@pytest.mark.parametrize(
    ('name', 'joint'), [*((name, True) for name in DETECTORS), ('retinanet', False)]
)
def test_with_nothing_switched_on_it_trains_bit_for_bit_like_the_stock_detector(name, joint):
    before = build_stock(name).state_dict()
    stock = ten_steps(build_stock(name))
    paired = ten_steps(build_paired(name, False, False, joint_forward=joint))
    assert {f'model.{k}' for k in stock} == set(paired)
    assert all(torch.equal(v, paired[f'model.{k}']) for k, v in stock.items())
    assert any(not torch.equal(v, before[k]) for k, v in stock.items())


def predictions(model, batch):
    found = [s.pred_instances for s in model.eval().test_step(copy.deepcopy(batch))]
    return torch.cat([torch.cat([f.bboxes, f.scores[:, None]], 1) for f in found])


@pytest.mark.parametrize('name', DETECTORS)
def test_a_plain_checkpoint_loads_and_the_exported_one_goes_back(name, tmp_path):
    stock, batch = build_stock(name, seed=7), batch_of(sizes=((64, 64), (48, 64)))
    paired = build_paired(name, views=ALL)
    missing, unexpected = paired.load_state_dict(stock.state_dict(), strict=False)
    assert not unexpected and all(k.startswith(('aux.', 'target.average')) for k in missing)
    slow = paired.target.encoder.state_dict()
    assert slow and all(torch.equal(v, stock.state_dict()[k]) for k, v in slow.items())
    wanted = predictions(stock, batch)
    assert len(wanted) and torch.equal(predictions(paired, batch), wanted)

    optimizer = torch.optim.SGD(paired.parameters(), lr=1e-4)
    paired.train().train_step(batch_of(dark=True), OptimWrapper(optimizer))
    torch.save({'state_dict': paired.state_dict(), 'meta': {}}, tmp_path / 'paired.pth')
    assert export_plain.main([str(tmp_path / 'paired.pth'), str(tmp_path / 'plain.pth')]) == 0
    back = build_stock(name, seed=8)
    back.load_state_dict(torch.load(tmp_path / 'plain.pth')['state_dict'], strict=True)
    assert torch.equal(predictions(back, batch), predictions(paired, batch))
    assert predictions(back, batch).shape != wanted.shape or not torch.equal(
        predictions(back, batch), wanted
    )


def test_the_joint_pass_gives_the_sum_over_both_views():
    """RetinaNet: batch norm is frozen, and its losses are means over the objects of the batch."""
    model = build_paired('retinanet', mmd=False, views=dict(darken=dict())).train()
    views = model.data_preprocessor(batch_of(), True)
    joint = model(**views, mode='loss')
    model.joint_forward = False
    single = model(**views, mode='loss')
    for key in ('loss_cls', 'loss_bbox'):
        parts = sum(single[f'day.{key}']), sum(single[f'night.{key}'])
        torch.testing.assert_close(sum(joint[key]), sum(parts), rtol=1e-5, atol=1e-6)
        assert not torch.allclose(*parts, rtol=1e-4)
    torch.testing.assert_close(joint['loss_byol'], single['loss_byol'])


@pytest.mark.parametrize('name', DETECTORS)
@pytest.mark.parametrize('grid', [dict(front_ratio=1.0, back_ratio=1.0), dict(highlight=1.0)])
def test_pictures_without_boxes_and_pictures_that_lose_all_of_them_train(name, grid):
    model = build_paired(name, mmd=False, views=dict(darken=dict(), grid=grid)).train()
    for boxes in ((0, 2), (0,)):
        loss, _ = model.parse_losses(losses_of(model, batch_of(boxes=boxes)))
        assert torch.isfinite(loss)
        loss.backward()


def test_mmd_without_dark_pictures_is_named():
    model = build_paired('retinanet', views=dict(darken=dict())).train()
    with pytest.raises(KeyError, match='set wiid.dark'):
        losses_of(model, batch_of())


@pytest.mark.parametrize('name', DETECTORS)
@pytest.mark.parametrize('build', [build_stock, build_paired])
def test_the_head_guard_knows_detectors(name, build):
    class Loader:
        class dataset:  # noqa: N801
            metainfo = dict(classes=NAMES)

    class Runner:
        model = build(name)
        train_dataloader = Loader

    HeadFitsHook().before_train(Runner)
    Loader.dataset.metainfo = dict(classes=('a', 'b'))
    with pytest.raises(ValueError, match='num_classes is 3, the training set has 2 classes'):
        HeadFitsHook().before_train(Runner)


@pytest.mark.parametrize('name', DETECTORS)
def test_a_checkpoint_of_other_classes_gives_all_but_the_classifier(name, tmp_path):
    """As COCO weights do that a config names in ``load_from``."""
    stock = build_stock(name, seed=7).state_dict()
    wide = [k for k, v in stock.items() if 'cls' in k and v.ndim and 'rpn' not in k]
    wide += [k for k in stock if k.startswith('bbox_head.convs_pred')]
    other = {k: torch.cat([v, v]) if k in wide else v for k, v in stock.items()}
    torch.save({'state_dict': other}, tmp_path / 'coco.pth')
    paired = build_paired(name)
    load_checkpoint(paired, str(tmp_path / 'coco.pth'), logger='silent')
    loaded = paired.model.state_dict()
    assert all(torch.equal(v, loaded[k]) for k, v in stock.items() if k not in wide)
    slow = paired.target.encoder.state_dict()
    assert all(torch.equal(v, stock[k]) for k, v in slow.items())
