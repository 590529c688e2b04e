"""A learned fill of detection images: in the hidden cells, not in the padding."""

import pytest
import torch
from mmengine.optim import OptimWrapper

from det_toy import LEVELS, batch_of, build_paired, build_stock
from wiid_plugins.weights.plain import plain as plain_of

MASKS = dict(darken=dict(), grid=dict(front_ratio=0.3, back_ratio=0.5))
MIXED = dict(n=3, sizes=((64, 64), (48, 80), (40, 56)), boxes=(2, 3, 1))


def make(fill, name='retinanet', **kwargs):
    return build_paired(name, views=dict(MASKS, fill=fill), **kwargs)


def views_of(model, **batch):
    torch.manual_seed(2)
    return model.data_preprocessor(batch_of(dark=True, **batch), True)


@pytest.mark.parametrize('what', [dict(n=3), MIXED])
def test_hidden_cells_show_it_and_padding_does_not(what):
    model, colour = make('token'), torch.tensor([1.5, -7.0, 9.0]).view(3, 1, 1)
    model.data_preprocessor.mask_token.value.data.copy_(colour)
    drawn = views_of(model, **what)
    for index, sample in enumerate(drawn['data_samples']):
        height, width = sample.img_shape
        day, night, dark = ((v[index] == colour).all(0) for v in drawn['inputs'])
        assert torch.equal(day, night) and torch.equal(day, dark)
        assert day[:height, :width].any() and not day[:height, :width].all()
        assert not day[height:].any() and not day[:, width:].any()


@pytest.mark.parametrize('name', LEVELS)
def test_the_first_losses_are_those_of_the_mean_colour_and_a_step_trains_it(name):
    losses = []
    for fill in ('mean', 'token', 'texture'):
        model = make(fill, name).train()
        packed = views_of(model)
        torch.manual_seed(3)  # some detectors sample their proposals
        losses.append(model.parse_losses(model(**packed, mode='loss'))[1])
    for found in losses[1:]:
        assert found.keys() == losses[0].keys()
        assert all(torch.equal(v, losses[0][k]) for k, v in found.items())
    wrapper = OptimWrapper(torch.optim.SGD(model.parameters(), lr=0.01))
    model.train_step(batch_of(dark=True), wrapper)
    assert model.data_preprocessor.mask_token.value.ne(0).any()


def test_checkpoints_load_and_an_exported_one_is_plain():
    model, stock = make('texture'), build_stock('retinanet', seed=4)
    missing, unexpected = model.load_state_dict(stock.state_dict(), strict=False)
    assert not unexpected and not any(k.startswith('model.') for k in missing)
    plain, _ = plain_of({'state_dict': model.state_dict(), 'meta': {}})
    stock.load_state_dict(plain['state_dict'], strict=True)


def test_without_a_grid_it_is_refused():
    with pytest.raises(ValueError, match='hidden without wiid.mask'):
        build_paired('retinanet', views=dict(darken=dict(), fill='token'))
