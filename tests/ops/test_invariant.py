"""What a change of light leaves alone."""

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from wiid_plugins.models.front import CIConv
from wiid_plugins.ops.invariant import COLOUR_MODEL, edge_strength, invariant_map


@pytest.fixture
def colours():
    """Smooth fields of colour, none of them near black."""
    coarse = torch.rand(2, 3, 5, 5, generator=torch.Generator().manual_seed(0)) * 0.6 + 0.3
    return torch.nn.functional.interpolate(coarse, size=(40, 40), mode='bicubic').clamp(0.2, 1)


@pytest.mark.parametrize('gain', [0.5, 0.1, 0.03])
def test_a_global_change_of_light_leaves_edges_and_maps_alone(colours, gain):
    sigma = torch.tensor(1.0)
    assert (edge_strength(colours * gain, sigma) - edge_strength(colours, sigma)).abs().max() < 1e-3
    assert (invariant_map(colours * gain) - invariant_map(colours)).abs().max() < 2e-2
    front = CIConv()
    assert (front(colours * gain, colours) - front(colours, colours)).abs().max() < 1e-3


def test_edges_are_those_of_scipy(colours):
    image = colours[0].double().numpy()
    energies = np.einsum('kc,chw->khw', np.array(COLOUR_MODEL), image)
    orders = [(0, 1), (1, 0)]
    own = [
        [gaussian_filter(e, 2.0, order, mode='nearest', truncate=3.0) for e in energies]
        for order in orders
    ]
    light = gaussian_filter(energies[0], 2.0, mode='nearest', truncate=3.0)
    wanted = np.sqrt(sum((d / light) ** 2 for row in own for d in row))
    found = edge_strength(colours[:1].double(), torch.tensor(2.0).double())[0, 0].numpy()
    assert np.abs(found - wanted).max() < 0.02 * wanted.max()


def test_the_scale_learns(colours):
    front = CIConv()
    front(colours, colours).square().mul(torch.linspace(0, 1, 40)).sum().backward()
    assert front.scale.grad.abs() > 1e-4
