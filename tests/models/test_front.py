"""A front leaves names, checkpoints and, at first, results of a stock backbone as they are."""

import copy

import pytest
import torch

import toy
from wiid_plugins.registry import MODELS

MEAN, STD = toy.NORM['mean'], toy.NORM['std']


def fronted(front, seed=0):
    config = toy.stock_config()
    config['backbone'] = dict(
        type='wiid_plugins.fronted',
        backbone=dict(config['backbone'], type='mmpretrain.ResNet'),
        front=dict(type=f'wiid_plugins.{front}'),
        mean=MEAN,
        std=STD,
    )
    torch.manual_seed(seed)
    return MODELS.build({**config, 'data_preprocessor': dict(toy.NORM)})


def test_added_maps_change_nothing_at_first():
    stock = toy.build_stock().eval()
    model = fronted('InvariantMaps').eval()
    model.load_state_dict(stock.state_dict())
    images = torch.randn(2, 3, 32, 32)
    assert torch.allclose(model(images), stock(images), atol=1e-6)
    conv = model.backbone.conv1
    assert conv.weight.shape[1] == 9
    model(images).sum().backward()
    assert conv.weight.grad[:, 3:].abs().max() > 0  # they learn


@pytest.mark.parametrize('front', ['CIConv', 'InvariantMaps'])
def test_it_loads_its_own_checkpoint_and_copies_are_apart(front):
    model = fronted(front).eval()
    again = fronted(front, seed=1).eval()
    again.load_state_dict(model.state_dict())
    images = torch.randn(2, 3, 32, 32)
    assert torch.equal(model(images), again(images))
    slow = copy.deepcopy(model)
    for parameter in model.backbone.front.parameters():
        parameter.data += 1
    assert torch.equal(slow(images), again(images))
