"""A learned fill of clips: by colour and place, alike in all frames, in either layout."""

import numpy as np
import pytest
import torch
from mmengine.optim import OptimWrapper

from act_toy import ALL, SHAPES, batch_of, build_paired, build_stock
from wiid_plugins.models import MaskToken

NAMES = ('i3d', 'tsn')
FILLS = ('token', 'texture')


def make(name, fill, **kwargs):
    return build_paired(name, views=dict(ALL, fill=fill), **kwargs)


def views_of(model, batch):
    torch.manual_seed(2)
    return model.data_preprocessor(batch, True)


def several_clips(name, n=2):
    """A batch with two clips a sample of a 3D recognizer; a 2D one has its segments."""
    batch = batch_of(name, n, dark=True)
    if name == 'i3d':
        for key in ('inputs', 'dark'):
            batch[key] = [torch.cat([clip, clip.flip(2)]) for clip in batch[key]]
    return batch


@pytest.mark.parametrize('fill', FILLS)
@pytest.mark.parametrize('name', NAMES)
def test_each_frame_shows_the_colour_of_its_channel_and_place(name, fill):
    """Against NumPy: ``(N, clips, 3, T, H, W)`` and ``(N, segments, 3, H, W)``."""
    model, batch = make(name, fill), several_clips(name)
    token = model.data_preprocessor.mask_token
    torch.nn.init.normal_(token.value)
    tile = token.value.detach().numpy()
    repeats = -(-np.array((32, 32)) // tile.shape[1:])
    tiled = np.tile(tile, (1, *repeats))[:, :32, :32]
    tiled = tiled[:, None] if name == 'i3d' else tiled
    plain = views_of(make(name, 'mean'), batch)['inputs']
    for found, zeroed in zip(views_of(model, batch)['inputs'], plain, strict=True):
        hidden, found = zeroed.numpy() == 0, found.detach()
        expected = np.where(hidden, np.broadcast_to(tiled, hidden.shape), zeroed.numpy())
        assert 0.2 < hidden.mean() < 0.9 and found.is_contiguous()
        np.testing.assert_array_equal(found.numpy(), expected)


@pytest.mark.parametrize('name', sorted(SHAPES.keys() - {'tsm8'}))
def test_the_first_step_is_that_of_the_mean_colour_bit_for_bit(name):
    kwargs = dict(joint_forward=name != 'tpn')
    losses = []
    for fill in ('mean', *FILLS):
        model = make(name, fill, **kwargs)
        views = views_of(model, batch_of(name, dark=True))
        losses.append(model(**views, mode='loss'))
    for found in losses[1:]:
        assert found.keys() == losses[0].keys()
        assert all(torch.equal(torch.as_tensor(v), losses[0][k]) for k, v in found.items())


@pytest.mark.parametrize('fill', FILLS)
@pytest.mark.parametrize('name', NAMES)
def test_a_step_trains_it_and_where_all_is_visible_it_does_not(name, fill):
    for masks, moves in ((ALL['regions'], True), (dict(highlight=0, blocks=0), False)):
        model = build_paired(name, views=dict(ALL, regions=masks, fill=fill))
        torch.manual_seed(1)
        wrapper = OptimWrapper(torch.optim.SGD(model.parameters(), lr=0.1))
        model.train_step(batch_of(name, dark=True), wrapper)
        assert bool(model.data_preprocessor.mask_token.value.any()) == moves


@pytest.mark.parametrize('name', NAMES)
def test_a_plain_checkpoint_loads_and_prediction_does_without_it(name):
    model, stock = make(name, 'token').eval(), build_stock(name, seed=4).eval()
    model.load_state_dict(stock.state_dict(), strict=False)
    assert isinstance(model.data_preprocessor.mask_token, MaskToken)
    model.data_preprocessor.mask_token.value.data.fill_(9)
    scores = [[s.pred_score for s in m.val_step(batch_of(name))] for m in (model, stock)]
    assert all(torch.equal(a, b) for a, b in zip(*scores, strict=True))


def test_without_regions_it_is_refused():
    with pytest.raises(ValueError, match='hidden without wiid.mask'):
        build_paired('i3d', views=dict(darken=dict(), fill='token'))
