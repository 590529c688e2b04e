"""AdaBN and TENT against what is computed by hand."""

import numpy as np
import pytest
import torch
from torch import nn

from wiid_plugins.models.adapt import Tent, batch_statistics, entropy, renew_statistics


def small(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 5, 3)
    ).eval()


def test_adabn_takes_the_statistics_of_the_images():
    model, images = small(), torch.rand(12, 3, 9, 9)
    weights = [p.clone() for p in model.parameters()]
    renew_statistics(model, images.split(4), model)
    features = model[0](images).detach().double().numpy()
    batches = np.split(features, 3)
    assert model[1].running_mean.numpy() == pytest.approx(features.mean((0, 2, 3)), abs=1e-6)
    variance = np.mean([b.var((0, 2, 3), ddof=1) for b in batches], axis=0)
    assert model[1].running_var.numpy() == pytest.approx(variance, abs=1e-6)
    assert all(torch.equal(p, w) for p, w in zip(model.parameters(), weights, strict=True))
    assert not model.training and not model[1].training and model[1].momentum == 0.1


def test_batch_statistics_leave_those_of_the_model_alone():
    model, images = small(), torch.rand(6, 3, 9, 9)
    before = {k: v.clone() for k, v in model.state_dict().items()}
    with batch_statistics(model):
        by_batch = model[1](model[0](images))
    assert by_batch.mean((0, 2, 3)).abs().max() < 1e-5
    assert by_batch.var((0, 2, 3)).sub(1).abs().max() < 1e-2
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())
    assert not model[1].training


def test_entropy_is_that_of_the_formula():
    logits = torch.randn(7, 5, dtype=torch.float64)
    p = logits.softmax(1).numpy()
    assert entropy(logits.softmax(1)).item() == pytest.approx(-(p * np.log(p)).sum(1).mean())
    assert entropy(torch.eye(3)) == 0


def test_tent_lowers_the_entropy_and_moves_norms_alone():
    model, images = small(), torch.rand(16, 3, 9, 9)
    before = {k: v.clone() for k, v in model.state_dict().items()}
    tent, seen = Tent(model, lr=0.05), []

    def run():
        scores = model(images).mean((2, 3)).softmax(1)
        seen.append(entropy(scores).item())
        return scores, scores.detach()

    first = tent(run)
    for _ in range(20):
        last = tent(run)
    assert seen[-1] < seen[0] - 0.05
    assert not torch.equal(first, last)
    moved = {k for k, v in model.state_dict().items() if not torch.equal(v, before[k])}
    assert moved == {'1.weight', '1.bias'}
    assert all(p.requires_grad for p in model.parameters())


def test_a_model_without_norms_is_told():
    with pytest.raises(ValueError, match='Sequential has no layer to adapt'):
        renew_statistics(nn.Sequential(nn.Linear(2, 2)), [], None)
