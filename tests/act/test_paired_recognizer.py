"""PairedRecognizer trains like, loads like and predicts like the mmaction2 model that it wraps."""

import copy

import pytest
import torch
from mmengine.optim import OptimWrapper

from act_toy import ALL, WIDTHS, batch_of, build_paired, build_stock
from tools import export_plain

RECOGNIZERS = ['i3d', 'tsn', 'tsm']


def losses_of(model, batch):
    return model(**model.data_preprocessor(batch, True), mode='loss')


def gradients(module):
    return [p.grad for p in module.parameters() if p.grad is not None]


@pytest.mark.parametrize('joint', [True, False])
@pytest.mark.parametrize('name', RECOGNIZERS)
def test_losses_run_backward_to_backbone_and_aux_and_not_to_the_target(name, joint):
    model = build_paired(name, views=ALL, joint_forward=joint).train()
    losses = losses_of(model, batch_of(name, dark=True))
    views = {f'{v}.{k}' for v in ('day', 'night') for k in ('loss_cls', 'top1_acc')}
    assert set(losses) == views | {'loss_byol', 'loss_mmd'}
    loss, logged = model.parse_losses(losses)
    assert torch.isfinite(loss) and float(logged['loss_byol']) > 0
    loss.backward()
    for part in (model.model.backbone, model.model.cls_head, model.aux):
        assert any((g != 0).any() for g in gradients(part))
    assert not gradients(model.target)
    assert not any(p.requires_grad for p in model.target.average.parameters())


@pytest.mark.parametrize('name', RECOGNIZERS)
@pytest.mark.parametrize('loss', ['loss_byol', 'loss_mmd'])
def test_an_auxiliary_loss_alone_trains_the_backbone(name, loss):
    model = build_paired(name, views=ALL).train()
    losses_of(model, batch_of(name, dark=True))[loss].backward()
    assert any((g != 0).any() for g in gradients(model.model.backbone))
    assert not gradients(model.model.cls_head) and not gradients(model.target)


@pytest.mark.parametrize('name', RECOGNIZERS)
def test_the_target_is_the_backbone_and_moves_by_its_share_of_the_gap(name):
    model = build_paired(name)
    assert [n for n, _ in model.target.encoder.named_children()] == ['backbone']
    slow = {k: v.clone() for k, v in model.target.encoder.state_dict().items()}
    with torch.no_grad():
        for parameter in model.model.backbone.parameters():
            parameter.add_(1)
    model.update_target()
    for key, value in model.target.encoder.named_parameters():
        torch.testing.assert_close(value, slow[key] + 0.1)


def test_segments_of_a_sample_are_averaged_and_not_those_of_its_neighbour():
    model = build_paired('tsn').eval()
    views = model.data_preprocessor(batch_of('tsn'), True)['inputs']
    _, taps = model.run_task({'day': views.day}, batch_of('tsn')['data_samples'])
    (level,) = taps['day']
    alone = model.model.extract_feat(views.day[1:2])[0].mean((0, 2, 3))
    assert level.shape == (3, WIDTHS['tsn'])
    torch.testing.assert_close(level[1], alone)


def ten_steps(model, name):
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-2, momentum=0.9)
    torch.manual_seed(1)
    model.train()
    for step in range(10):
        model.train_step(batch_of(name, seed=step), OptimWrapper(optimizer))
    return model.state_dict()


@pytest.mark.parametrize(
    ('name', 'joint'), [('i3d', True), ('tsn', True), ('tsm', True), ('tsn', False)]
)
def test_with_nothing_switched_on_it_trains_bit_for_bit_like_the_stock_recognizer(name, joint):
    before = build_stock(name).state_dict()
    stock = ten_steps(build_stock(name), name)
    paired = ten_steps(build_paired(name, False, False, joint_forward=joint), name)
    assert {f'model.{k}' for k in stock} == set(paired)
    assert all(torch.equal(v, paired[f'model.{k}']) for k, v in stock.items())
    assert any(not torch.equal(v, before[k]) for k, v in stock.items())


def scores(model, batch):
    return torch.stack([s.pred_score for s in model.eval().test_step(copy.deepcopy(batch))])


@pytest.mark.parametrize('name', RECOGNIZERS)
def test_a_plain_checkpoint_loads_and_the_exported_one_goes_back(name, tmp_path):
    stock, batch = build_stock(name, seed=7), batch_of(name)
    paired = build_paired(name, views=ALL)
    missing, unexpected = paired.load_state_dict(stock.state_dict(), strict=False)
    assert not unexpected and all(k.startswith(('aux.', 'target.average')) for k in missing)
    slow = paired.target.encoder.state_dict()
    assert slow and all(torch.equal(v, stock.state_dict()[k]) for k, v in slow.items())
    wanted = scores(stock, batch)
    assert torch.equal(scores(paired, batch), wanted)

    optimizer = torch.optim.SGD(paired.parameters(), lr=1e-2)
    paired.train().train_step(batch_of(name, dark=True), OptimWrapper(optimizer))
    torch.save({'state_dict': paired.state_dict(), 'meta': {}}, tmp_path / 'paired.pth')
    assert export_plain.main([str(tmp_path / 'paired.pth'), str(tmp_path / 'plain.pth')]) == 0
    back = build_stock(name, seed=8)
    back.load_state_dict(torch.load(tmp_path / 'plain.pth')['state_dict'], strict=True)
    assert torch.equal(scores(back, batch), scores(paired, batch))
    assert not torch.equal(scores(back, batch), wanted)


def test_mmd_without_dark_clips_is_named():
    model = build_paired('i3d', views=dict(darken=dict())).train()
    with pytest.raises(KeyError, match='set wiid.dark'):
        losses_of(model, batch_of('i3d'))


def test_a_recognizer_with_a_neck_takes_a_pass_per_view_and_keeps_its_losses():
    with pytest.raises(ValueError, match='joint_forward=False'):
        build_paired('tpn', views=ALL)
    model = build_paired('tpn', views=ALL, joint_forward=False).train()
    losses = losses_of(model, batch_of('tpn', dark=True))
    assert {'day.loss_aux', 'night.loss_aux', 'loss_byol', 'loss_mmd'} < set(losses)
    model.parse_losses(losses)[0].backward()
    assert any((g != 0).any() for g in gradients(model.model.backbone))
