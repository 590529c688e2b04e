"""The views of a batch: normalised as the stock preprocessor does, masked alike, made once."""

import pytest
import torch

from pictures import chw, draw_picture, rgb_unit
from toy import NORM, make_samples
from wiid_plugins.models.preprocessor import PairedPreprocessor
from wiid_plugins.ops.lowlight import DarkRanges, darken, enhance
from wiid_plugins.ops.saliency import SaliencyTarget
from wiid_plugins.registry import MODELS

ALL = dict(darken=dict(), enhance=dict(), regions=dict(highlight=0.4, blocks=0.4))
BLACK = (torch.zeros(3) - torch.tensor(NORM['mean'])) / torch.tensor(NORM['std'])


def make(norm=None, **views):
    return PairedPreprocessor(dict(NORM, **(norm or {})), **views)


def pictures(n=3, size=(32, 40), first=0):
    return chw(*(draw_picture(*size, seed=first + s) for s in range(n)))


def batch(n=3, size=(32, 40), **more):
    return dict(inputs=pictures(n, size), data_samples=make_samples(n), **more)


def is_hidden(view):
    """Where a normalised view was set to 0, ``(B, H, W)`` bool."""
    return (view == 0).all(1)


def normalised(unit_rgb):
    mean, std = (torch.tensor(NORM[k]).view(1, 3, 1, 1) for k in ('mean', 'std'))
    return (unit_rgb * 255 - mean) / std


@pytest.mark.parametrize('n', [1, 2, 5])
@pytest.mark.parametrize('size', [(32, 32), (24, 56), (56, 24)])
def test_without_masks_the_day_view_is_the_stock_result(n, size):
    stock = MODELS.build(dict(NORM))(batch(n, size), training=True)
    views = make(darken=dict())(batch(n, size), training=True)
    torch.testing.assert_close(views['inputs'].day, stock['inputs'], rtol=0, atol=1e-5)
    assert views['inputs'].night.shape == stock['inputs'].shape
    assert [int(s.gt_label) for s in views['data_samples']] == [i % 3 for i in range(n)]


def test_outside_training_the_result_is_exactly_the_stocks():
    stock = MODELS.build(dict(NORM))(batch(), training=False)
    plain = make(**ALL)(batch(), training=False)
    assert plain.keys() == stock.keys() and torch.equal(plain['inputs'], stock['inputs'])


@pytest.mark.parametrize('views', [{}, dict(darken=dict()), ALL])
@pytest.mark.parametrize('dark', [None, 4])
def test_views_are_there_or_none_as_configured(views, dark):
    more = {} if dark is None else dict(dark=pictures(dark, first=9))
    got = make(**views)(batch(**more), training=True)['inputs']
    assert got.day.shape == (3, 3, 32, 40)
    assert (got.night is None) == ('darken' not in views)
    assert got.dark is None if dark is None else len(got.dark) == dark


@pytest.mark.parametrize('curve', [None, dict(target=0.5)])
def test_the_night_view_is_the_darkened_day_enhanced_as_at_test_time(curve):
    ranges = dict(exposure=(0.1, 0.2))
    torch.manual_seed(3)
    night = make(darken=ranges, enhance=curve)(batch(), training=True)['inputs'].night
    torch.manual_seed(3)
    unit = rgb_unit(*(draw_picture(32, 40, seed=s) for s in range(3)))
    expected = darken(unit, DarkRanges(**ranges))
    expected = expected if curve is None else enhance(expected, **curve)
    torch.testing.assert_close(night, normalised(expected), rtol=0, atol=1e-4)


def test_night_and_dark_are_enhanced_and_day_is_not():
    faint = pictures(first=9) // 8
    got = make(enhance=dict(target=0.5))(batch(night=faint, dark=faint), training=True)['inputs']
    expected = normalised(enhance(faint.flip(1).float() / 255, target=0.5))
    for view in (got.night, got.dark):
        torch.testing.assert_close(view, expected, rtol=0, atol=1e-4)
    stock = MODELS.build(dict(NORM))(batch(), training=True)['inputs']
    torch.testing.assert_close(got.day, stock, rtol=0, atol=1e-5)


def test_all_views_are_hidden_in_the_same_places_more_dark_ones_in_turn():
    light = dict(night=255 - pictures() // 4, dark=255 - pictures(4) // 4)
    data = batch(**light)
    data['inputs'] = data['inputs'].clamp_min(30)
    views = make(regions=dict(highlight=0.5, blocks=0.5))
    got = views(data, training=True)['inputs']
    assert torch.equal(is_hidden(got.day), is_hidden(got.night))
    share = is_hidden(got.day).float().mean((1, 2))
    assert (share > 0.2).all() and (share < 0.9).all()
    assert torch.equal(is_hidden(got.dark), is_hidden(got.day)[[0, 1, 2, 0]])


@pytest.mark.parametrize('as_list', [True, False])
def test_what_the_loader_made_is_used_instead(as_list):
    mask = torch.zeros(3, 32, 40, dtype=torch.uint8)
    mask[:, 5:20, 10:30] = 1
    night = pictures(first=5).clamp_min(30)
    data = batch(night=night, target_mask=mask)
    data['inputs'] = data['inputs'].clamp_min(30)
    if as_list:
        data |= {k: list(data[k]) for k in ('inputs', 'night', 'target_mask')}
    views = make(darken=dict(), regions=dict(highlight=1, blocks=0))
    got = views(data, training=True)['inputs']
    expected = normalised(night.flip(1).float() / 255) * mask[:, None]
    torch.testing.assert_close(got.night, expected, rtol=0, atol=1e-4)
    assert torch.equal(~is_hidden(got.day), mask.bool())


def test_without_a_mask_the_target_is_the_saliency_of_the_day():
    data = batch()
    data['inputs'] = data['inputs'].clamp_min(30)
    torch.manual_seed(2)
    drawn = make(target=dict(keep=(0.3, 0.3)), regions=dict(highlight=1, blocks=0)).draw(data)
    expected = SaliencyTarget(keep=(0.3, 0.3))(data['inputs'].flip(1).float() / 255)
    assert torch.equal(drawn.target, expected) and torch.equal(drawn.visible, expected)


@pytest.mark.parametrize('size', [(32, 32), (20, 52)])
@pytest.mark.parametrize('n', [1, 4])
def test_lists_and_stacked_batches_agree(n, size):
    data, views = batch(n, size, dark=pictures(n, size, first=7)), make(**ALL)
    results = []
    for change in (lambda t: t, list):
        torch.manual_seed(4)
        given = {**data, 'inputs': change(data['inputs']), 'dark': change(data['dark'])}
        results.append(views(given, training=True)['inputs'])
    assert all(torch.equal(a, b) for a, b in zip(*results, strict=True))


def test_what_the_loader_gave_is_not_modified():
    data = batch(dark=pictures(), night=pictures())
    make(**ALL)(data, training=True)
    assert all(torch.equal(data[k], pictures()) for k in ('inputs', 'dark', 'night'))


@pytest.mark.parametrize('to_rgb', [True, False])
def test_the_loaders_colour_order_is_told_not_guessed(to_rgb):
    """With RGB pictures and ``bgr=False`` the equations see what they see of BGR ones."""
    data, norm = batch(), dict(to_rgb=to_rgb)
    flipped = {**data, 'inputs': data['inputs'].flip(1)}
    drawn = [make(norm).draw(data), make(norm, bgr=False).draw(flipped)]
    assert torch.equal(drawn[0].day, drawn[1].day)
    stock = MODELS.build(dict(NORM, **norm))
    for order, given in [(True, data), (False, flipped)]:
        got = make(norm, bgr=order)(given, training=True)['inputs'].day
        expected = stock(given, training=True)['inputs']
        torch.testing.assert_close(got, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize('views', [dict(darken=dict()), ALL])
def test_padding_of_the_stock_preprocessor_reaches_all_views_unmasked(views):
    norm = dict(pad_size_divisor=32, pad_value=7)
    got = make(norm, **views)(batch(), training=True)['inputs']
    for view in (got.day, got.night):
        assert view.shape == (3, 3, 32, 64) and (view[..., 40:] == 7).all()
