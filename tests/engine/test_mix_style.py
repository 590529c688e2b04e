"""Styles are mixed in training, behind the named layers, and nowhere else."""

import pytest
import torch

import toy
from wiid_plugins.engine import MixStyleHook


def test_it_mixes_in_training_alone(tmp_path):
    model = toy.build_stock()
    runner = toy.make_runner(tmp_path, model)
    MixStyleHook(['backbone.layer1'], probability=1.0).before_train(runner)
    images = torch.randn(6, 3, 32, 32)
    features = {}
    model.backbone.layer1.register_forward_hook(lambda m, i, o: features.update(out=o))
    model.eval()
    with torch.no_grad():
        plain = model(images)
        assert torch.equal(model(images), plain)
        whole = features['out']
        model.backbone.layer1.train()
        for layer in model.backbone.layer1.modules():
            if isinstance(layer, torch.nn.BatchNorm2d):
                layer.eval()
        model(images)
    mixed = features['out']
    assert not torch.allclose(mixed, whole)
    normal = [(f - f.mean((2, 3), True)) / f.std((2, 3), keepdim=True) for f in (mixed, whole)]
    assert torch.allclose(*normal, atol=1e-2)


def test_a_layer_that_is_not_there_is_named(tmp_path):
    runner = toy.make_runner(tmp_path, toy.build_stock())
    with pytest.raises(ValueError, match="no layer 'backbone.none'"):
        MixStyleHook(['backbone.none']).before_train(runner)
