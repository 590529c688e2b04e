"""Taps read named layers and leave the model as it was."""

import pytest
import torch

from toy import build_stock
from wiid_plugins.models.tap import levels, pooled, tapped

PICTURES = torch.randn(2, 3, 32, 32)


def test_gives_the_outputs_in_the_order_asked_for():
    model = build_stock().eval()
    with tapped(model, ['neck', 'backbone.layer1']) as outputs:
        features = model.extract_feat(PICTURES)
    assert torch.equal(outputs[0][-1], features[-1])
    assert outputs[1].shape == (2, 8, 8, 8)


def test_stop_gives_the_same_outputs_and_leaves_out_what_comes_after_them():
    model = build_stock().eval()
    layers, later = ['backbone.layer2', 'backbone.layer1'], []
    model.backbone.layer3.register_forward_hook(lambda *_: later.append('ran'))
    with tapped(model, layers, stop=True) as outputs:
        model.extract_feat(PICTURES)
    assert not later
    with tapped(model, layers) as whole:
        model.extract_feat(PICTURES)
    assert later and all(torch.equal(a, b) for a, b in zip(outputs, whole, strict=True))


def test_leaves_no_hook_behind_even_after_an_error():
    model = build_stock()
    with pytest.raises(ZeroDivisionError), tapped(model, ['neck']):
        raise ZeroDivisionError
    with pytest.raises(AttributeError), tapped(model, ['neck', 'nothing']):
        pass
    assert not any(m._forward_hooks for m in model.modules())


def test_a_missing_layer_is_reported_with_those_that_exist():
    with pytest.raises(AttributeError, match="no layer 'nek'.*backbone.layer4.*neck"):  # noqa: SIM117
        with tapped(build_stock(), ['nek']):
            pass


def test_a_layer_that_did_not_run_is_reported():
    model = build_stock()
    with pytest.raises(RuntimeError, match="'head.fc' took no part"), tapped(model, ['head.fc']):
        model.extract_feat(PICTURES)


def test_pooled_takes_maps_clips_and_vectors():
    x = torch.randn(2, 5, 3, 4)
    torch.testing.assert_close(pooled(x), x.mean((2, 3)))
    clip = torch.randn(2, 5, 3, 4, 4)
    torch.testing.assert_close(pooled(clip), clip.mean((2, 3, 4)))
    assert pooled(x[:, :, 0, 0]).equal(x[:, :, 0, 0])


def test_a_layer_that_gives_a_tuple_gives_a_level_per_entry():
    x, y, z = (torch.randn(2, c, 3, 4) for c in (5, 6, 7))
    got = levels([x, (y, z), [y[:, :, 0, 0]]])
    assert [level.shape for level in got] == [(2, 5), (2, 6), (2, 7), (2, 6)]
    assert torch.equal(got[2], pooled(z)) and torch.equal(got[3], y[:, :, 0, 0])
