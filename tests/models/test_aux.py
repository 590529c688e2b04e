"""The auxiliary losses: BYOL's formula, what gradients reach, and the errors."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from toy import build_paired, make_samples, make_views
from wiid_plugins.models import WiidAux

BYOL = dict(weight=0.13, momentum=0.01)


def make_aux(channels=6, **kwargs):
    torch.manual_seed(0)
    return WiidAux(channels, **{'byol': BYOL, 'hidden': 8, 'out': 5, **kwargs})


def byol_in_numpy(prediction, slow):
    day, night = np.split(prediction, 2)
    slow_day, slow_night = np.split(slow, 2)

    def distance(p, z):
        cosine = (p * z).sum(1) / np.linalg.norm(p, axis=1) / np.linalg.norm(z, axis=1)
        return (2 - 2 * cosine).mean()

    return (distance(day, slow_night) + distance(night, slow_day)) / 2


def test_byol_is_the_published_formula():
    aux, x, slow = make_aux(), torch.randn(8, 6), torch.randn(8, 5)
    aux.eval()  # the prediction is then the same in the second pass
    prediction = aux.predictors[0](aux.projectors[0](x)).detach().double().numpy()
    expected = 0.13 * byol_in_numpy(prediction, slow.double().numpy())
    assert float(aux.byol_loss([x], [slow])) == pytest.approx(expected, rel=1e-5)


def test_byol_is_zero_when_the_prediction_is_the_other_view_and_at_most_four():
    aux = make_aux()
    aux.projectors[0], aux.predictors[0] = nn.Identity(), nn.Identity()
    day, night = torch.randn(2, 4, 6).unbind()
    online, swapped = torch.cat([day, night]), torch.cat([night, day])
    assert float(aux.byol_loss([online], [3 * swapped])) == pytest.approx(0, abs=1e-6)
    assert float(aux.byol_loss([online], [-swapped])) == pytest.approx(4 * 0.13, rel=1e-5)


def test_byol_does_not_care_which_view_is_called_day():
    aux, x, slow = make_aux(), torch.randn(8, 6), torch.randn(8, 5)
    loss = aux.byol_loss([x], [slow])
    torch.testing.assert_close(aux.byol_loss([x.roll(4, 0)], [slow.roll(4, 0)]), loss)


def test_byol_and_mmd_are_means_over_levels():
    aux = make_aux([6, 7], mmd=dict(weight=2.0))
    x, slow = [torch.randn(8, 6), torch.randn(8, 7)], list(torch.randn(2, 8, 5).unbind())
    both, single = aux.byol_loss(x, slow), []
    pairs = list(zip(aux.projectors, aux.predictors, strict=True))
    for level, (projector, predictor) in enumerate(pairs):
        aux.projectors, aux.predictors = nn.ModuleList([projector]), nn.ModuleList([predictor])
        single.append(aux.byol_loss([x[level]], [slow[level]]))
    torch.testing.assert_close(both, sum(single) / 2)
    dark = [f + 1 for f in x]
    levels = [aux.mmd_loss([a], [b]) for a, b in zip(x, dark, strict=True)]
    torch.testing.assert_close(aux.mmd_loss(x, dark), sum(levels) / 2)


def test_no_gradient_reaches_the_slow_projections():
    aux, x, slow = make_aux(), torch.randn(8, 6, requires_grad=True), torch.randn(8, 5)
    aux.byol_loss([x], [slow.requires_grad_()]).backward()
    assert slow.grad is None and x.grad.abs().sum() > 0


@pytest.mark.parametrize('joint', [True, False])
def test_no_gradient_ever_reaches_the_momentum_encoder(joint):
    model = build_paired(joint_forward=joint)
    sum(v for k, v in model.loss(make_views(), make_samples()).items() if 'loss' in k).backward()
    assert all(not p.requires_grad and p.grad is None for p in model.target.parameters())
    trained = [p for p in model.parameters() if p.requires_grad]
    assert trained and all(p.grad is not None for p in trained)


def test_mmd_trains_both_sides_unless_detached():
    night, dark = torch.randn(4, 6, requires_grad=True), torch.randn(5, 6, requires_grad=True)
    loss = make_aux(mmd=dict(weight=1.0)).mmd_loss([night], [dark])
    loss.backward()
    assert night.grad.abs().sum() > 0 and dark.grad.abs().sum() > 0
    constant = make_aux(mmd=dict(weight=1.0, detach=True)).mmd_loss([night], [dark])
    assert not constant.requires_grad and torch.equal(constant, loss)


@pytest.mark.parametrize(
    ('tap', 'widths'),
    [
        (None, [64]),
        ('backbone.layer2', [16]),
        (['backbone.layer1', 'neck'], [8, 64]),
        ('head.fc', None),
    ],
)
def test_widths_of_taps_are_found_without_a_draw_or_a_trace(tap, widths):
    if widths is None:
        with pytest.raises(RuntimeError, match="layer 'head.fc' took no part"):
            build_paired(tap=tap)
        return
    model = build_paired(tap=tap)
    before, draws = copy.deepcopy(model.state_dict()), torch.get_rng_state()
    assert model._widths() == model.aux.in_channels == widths and model.training
    assert torch.equal(torch.get_rng_state(), draws)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_missing_dark_pictures_are_reported_with_the_mend():
    model, views = build_paired(), make_views()
    with pytest.raises(KeyError, match='set wiid.dark.*aux.mmd=None'):
        model.loss(views._replace(dark=None), make_samples())
    with pytest.raises(KeyError, match=r"\['dark', 'day'\].*wiid.darken"):
        model.loss(views._replace(night=None), make_samples())
