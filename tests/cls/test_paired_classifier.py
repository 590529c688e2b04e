"""PairedClassifier trains like, loads like and predicts like the classifier that it wraps."""

import pytest
import torch
from mmengine.optim import OptimWrapper

from tools import export_plain
from toy import (
    TAPS,
    Pictures,
    build_paired,
    build_stock,
    make_samples,
    make_views,
)
from wiid_plugins.models import Views

NAMES = list(TAPS)


def batch_of(n=4):
    data = [Pictures(n)[i] for i in range(n)]
    return {key: [d[key] for d in data] for key in data[0]}


def scores(samples):
    return torch.stack([s.pred_score for s in samples])


@pytest.mark.parametrize('name', NAMES)
def test_joint_pass_equals_a_pass_per_view_when_batch_norm_is_frozen(name):
    model, views = build_paired(name).eval(), make_views()
    joint = model.loss(views, make_samples())
    model.joint_forward = False
    single = model.loss(views, make_samples())
    assert joint.keys() == single.keys()
    for key in joint:
        torch.testing.assert_close(joint[key], single[key], rtol=0, atol=1e-5)


@pytest.mark.parametrize('name', NAMES)
def test_every_loss_counts(name):
    model = build_paired(name)
    losses = model.loss(make_views(), make_samples())
    assert set(losses) == {'day.loss', 'night.loss', 'loss_byol', 'loss_mmd'}
    total, logged = model.parse_losses(losses)
    torch.testing.assert_close(total, sum(losses.values()))
    assert set(logged) == {*losses, 'loss'}


@pytest.mark.parametrize('name', NAMES)
def test_channels_last_lays_out_weights_and_pictures_and_changes_no_loss_or_gradient(name):
    models = [build_paired(name, channels_last=last).double() for last in (False, True)]
    models[1].load_state_dict(models[0].state_dict())
    views, found = Views(*(v.double() for v in make_views())), []
    for model in models:
        seen = []
        for conv in (m for m in model.modules() if isinstance(m, torch.nn.Conv2d)):
            conv.register_forward_hook(
                lambda conv, _, out, seen=seen: seen.extend((conv.weight, out))
            )
        losses = model.loss(views, make_samples())
        sum(losses.values()).backward()
        laid = {t.is_contiguous(memory_format=torch.channels_last) for t in seen}
        assert (False in laid) == (model is models[0])
        found.append((losses, {k: p.grad for k, p in model.named_parameters()}))
    torch.testing.assert_close(*found, rtol=1e-6, atol=1e-9)


def ten_steps(model):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    torch.manual_seed(1)
    model.train()
    for _ in range(10):
        model.train_step(batch_of(), OptimWrapper(optimizer))
    return model.state_dict()


@pytest.mark.parametrize('name', NAMES)
def test_with_nothing_switched_on_it_trains_bit_for_bit_like_the_stock_classifier(name):
    before = build_stock(name).state_dict()
    stock, paired = ten_steps(build_stock(name)), ten_steps(build_paired(name, False, False))
    assert {f'model.{k}' for k in stock} == set(paired)
    assert all(torch.equal(v, paired[f'model.{k}']) for k, v in stock.items())
    assert any(not torch.equal(v, before[k]) for k, v in stock.items())


@pytest.mark.parametrize('name', NAMES)
def test_a_plain_checkpoint_loads_and_the_exported_one_goes_back(name, tmp_path):
    stock = build_stock(name, seed=7).eval()
    paired = build_paired(name, views=dict(darken=dict(), enhance=dict(), regions=dict())).eval()
    missing, unexpected = paired.load_state_dict(stock.state_dict(), strict=False)
    assert not unexpected and all(k.startswith(('aux.', 'target.average')) for k in missing)
    slow = paired.target.encoder.state_dict()
    assert all(torch.equal(v, stock.state_dict()[k]) for k, v in slow.items())
    assert torch.equal(scores(paired.test_step(batch_of())), scores(stock.test_step(batch_of())))

    paired.train()
    paired.loss(make_views(), make_samples())  # batch norm moves, so the weights are new
    torch.save({'state_dict': paired.state_dict(), 'meta': {}}, tmp_path / 'paired.pth')
    assert export_plain.main([str(tmp_path / 'paired.pth'), str(tmp_path / 'plain.pth')]) == 0
    back = build_stock(name, seed=8).eval()
    back.load_state_dict(torch.load(tmp_path / 'plain.pth')['state_dict'], strict=True)
    paired.eval()
    assert torch.equal(scores(paired.test_step(batch_of())), scores(back.test_step(batch_of())))


def test_the_losses_fall_in_twenty_steps():
    model = build_paired(views=dict(darken=dict()), mmd=False)
    optimizer = OptimWrapper(torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9))
    totals = []
    for _ in range(20):
        totals.append(float(model.train_step(batch_of(), optimizer)['loss']))
        model.update_target()
    assert sum(totals[-5:]) < 0.7 * sum(totals[:5])
