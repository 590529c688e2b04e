"""The momentum encoder: where it starts, how it moves, that it survives devices and resume."""

import copy

import pytest
import torch
from mmengine.runner import load_checkpoint
from torch import nn

from toy import build_paired, build_stock
from wiid_plugins.models import MomentumEncoder


def assert_equals_online(model):
    average, stock = model.target.average, model.model.state_dict()
    slow = average['encoder'].state_dict()
    assert slow and not any(k.startswith('head.') for k in slow)
    assert all(torch.equal(v, stock[k]) for k, v in slow.items())
    projectors = model.aux.projectors.state_dict()
    for key, value in average['projectors'].state_dict().items():
        assert torch.equal(value, projectors[key])


def shift(module):
    with torch.no_grad():
        for p in module.parameters():
            p.add_(1)


def test_starts_equal_after_init_weights():
    model = build_paired()
    assert_equals_online(model)
    shift(model.model)
    with pytest.raises(AssertionError):
        assert_equals_online(model)


def test_starts_equal_after_loading_a_plain_checkpoint(tmp_path):
    stock = build_stock(seed=7)
    torch.save({'state_dict': stock.state_dict()}, tmp_path / 'plain.pth')
    model = build_paired()
    load_checkpoint(model, str(tmp_path / 'plain.pth'))
    assert_equals_online(model)
    for key, value in stock.state_dict().items():
        assert torch.equal(model.model.state_dict()[key], value)


def test_starts_equal_after_loading_a_paired_checkpoint_without_momentum_encoder(tmp_path):
    other = build_paired(byol=False, mmd=False, seed=7)
    torch.save({'state_dict': other.state_dict()}, tmp_path / 'paired.pth')
    model = build_paired()
    load_checkpoint(model, str(tmp_path / 'paired.pth'))
    assert_equals_online(model)


def test_own_state_is_loaded_and_not_replaced_by_the_online_weights():
    model = build_paired()
    shift(model.target.average)
    copied = build_paired(seed=3)
    copied.load_state_dict(model.state_dict())
    for key, value in model.target.state_dict().items():
        assert torch.equal(copied.target.state_dict()[key], value)


@pytest.mark.parametrize('change', [lambda m: m, nn.Module.double, copy.deepcopy])
def test_moves_by_momentum_of_the_gap(change):
    """Also after ``.double()``, which replaces tensors as ``.to('cuda')`` does."""
    torch.manual_seed(0)
    model = nn.ModuleDict(
        dict(e=nn.Sequential(nn.Linear(3, 4)), p=nn.ModuleList([nn.Linear(4, 2)]))
    )
    model['slow'] = MomentumEncoder(model['e'], model['p'], 0.25)
    model = change(model)
    shift(model['e'])
    before = copy.deepcopy(model['slow'].encoder.state_dict())
    model['slow'].update(model['e'], model['p'])
    for key, value in model['slow'].encoder.state_dict().items():
        torch.testing.assert_close(value, before[key] + 0.25)


@pytest.mark.parametrize('momentum', [0, 1, 1.5])
def test_momentum_is_checked(momentum):
    with pytest.raises(ValueError, match='1 - tau'):
        MomentumEncoder(nn.Linear(1, 1), nn.ModuleList(), momentum)
