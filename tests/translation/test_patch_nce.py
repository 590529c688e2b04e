"""PatchNCE: the published formula, where gradients go, and the places it looks at."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from pictures import seeded
from wiid_plugins.translation.patch_nce import PatchSampler, draw_places, patch_nce


def unit(*shape, seed=0):
    return F.normalize(torch.randn(shape, generator=seeded(seed)), dim=-1)


def nce_in_numpy(query, key, temperature):
    """One picture ``(P, C)``: every place against its own key and those of the other places."""
    losses = []
    for own, q in enumerate(query):
        scores = np.array([q @ k for k in key]) / temperature
        losses.append(-np.log(np.exp(scores[own]) / np.exp(scores).sum()))
    return np.mean(losses)


@pytest.mark.parametrize('temperature', [0.07, 0.5])
def test_it_is_the_published_formula_per_picture(temperature):
    query, key = unit(3, 10, 6), unit(3, 10, 6, seed=1)
    expected = [
        nce_in_numpy(q, k, temperature)
        for q, k in zip(query.double().numpy(), key.double().numpy(), strict=True)
    ]
    np.testing.assert_allclose(patch_nce(query, key, temperature).numpy(), expected, rtol=1e-5)


def test_it_is_chance_where_places_look_alike_and_near_zero_where_each_knows_its_own():
    alike = unit(1, 1, 6).expand(2, 9, 6)
    torch.testing.assert_close(patch_nce(alike, alike), torch.full((2,), math.log(9)))
    distinct = torch.eye(9)[None]
    assert patch_nce(distinct, distinct) < 1e-4 < 1 < patch_nce(distinct.roll(1, 1), distinct)


def test_negatives_are_of_the_same_picture_only():
    query, key = unit(2, 10, 6), unit(2, 10, 6, seed=1)
    other = torch.cat([key[:1], unit(1, 10, 6, seed=2)])
    assert patch_nce(query, key)[0] == patch_nce(query, other)[0]
    assert patch_nce(query, key)[1] != patch_nce(query, other)[1]


def test_keys_get_no_gradient():
    query, key = unit(2, 5, 4).requires_grad_(), unit(2, 5, 4, seed=1).requires_grad_()
    patch_nce(query, key).sum().backward()
    assert key.grad is None and query.grad.abs().sum() > 0


def test_places_are_different_ones_or_all_where_there_are_fewer():
    features = [torch.zeros(2, 3, 20, 30), torch.zeros(2, 8, 4, 5)]
    many, few = draw_places(features, 64)
    assert many.shape == (64,) and few.shape == (20,)
    assert len(many.unique()) == 64 and many.min() >= 0 and 400 < many.max() < 600
    assert few.sort().values.tolist() == list(range(20))
    assert not torch.equal(draw_places(features, 64)[0], many)


def test_projections_are_of_the_given_places_and_of_length_one():
    torch.manual_seed(0)
    sampler = PatchSampler([3, 5], width=8)
    features = [torch.randn(2, 3, 4, 6), torch.randn(2, 5, 3, 2)]
    places = [torch.tensor([7, 23]), torch.tensor([4])]
    first, second = sampler(features, places)
    assert first.shape == (2, 2, 8) and second.shape == (2, 1, 8)
    torch.testing.assert_close(first.norm(dim=-1), torch.ones(2, 2))
    for picture, index, y, x in ((0, 0, 1, 1), (1, 1, 3, 5)):
        alone = F.normalize(sampler.heads[0](features[0][picture, :, y, x]), dim=0)
        torch.testing.assert_close(first[picture, index], alone)


def test_an_optimizer_sees_all_projections_before_the_first_picture():
    shapes = [tuple(p.shape) for p in PatchSampler([3, 8]).parameters()]
    assert shapes == [(256, 3), (256,), (256, 256), (256,), (256, 8), (256,), (256, 256), (256,)]
