"""The generator: the published layout, its filters, any size of picture, and clips without flicker."""

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from pictures import seeded
from wiid_plugins.translation.cut_generator import LAYERS, Downsample, Generator, Upsample


def make(ngf=4, blocks=5, seed=0):
    torch.manual_seed(seed)
    return Generator(ngf, blocks).eval()


def draw(*shape, seed=0):
    return torch.rand(shape, generator=seeded(seed)) * 2 - 1


def published_shapes(ngf, blocks):
    """Names and shapes of a published ``latest_net_G.pth``, by rule."""
    shapes = {}

    def convolution(name, inside, outside, size=3):
        shapes[f'{name}.weight'], shapes[f'{name}.bias'] = (outside, inside, size, size), (outside,)

    def blur(index, channels, size):
        shapes[f'model.{index}.filt'] = (channels, 1, size, size)

    convolution('model.1', 3, ngf, 7)
    convolution('model.4', ngf, 2 * ngf)
    blur(7, 2 * ngf, 3)
    convolution('model.8', 2 * ngf, 4 * ngf)
    blur(11, 4 * ngf, 3)
    for block in range(12, 12 + blocks):
        for place in (1, 5):
            convolution(f'model.{block}.conv_block.{place}', 4 * ngf, 4 * ngf)
    up = 12 + blocks
    blur(up, 4 * ngf, 4)
    convolution(f'model.{up + 1}', 4 * ngf, 2 * ngf)
    blur(up + 4, 2 * ngf, 4)
    convolution(f'model.{up + 5}', 2 * ngf, ngf)
    convolution(f'model.{up + 9}', ngf, 3, 7)
    return shapes


@pytest.mark.parametrize(('ngf', 'blocks'), [(64, 9), (4, 6)])
def test_names_and_shapes_are_the_published_ones(ngf, blocks):
    shapes = {k: tuple(v.shape) for k, v in Generator(ngf, blocks).state_dict().items()}
    assert shapes == published_shapes(ngf, blocks)


def test_it_has_the_published_number_of_parameters():
    assert sum(p.numel() for p in Generator().parameters()) == 11_378_179


def test_weights_in_the_published_layout_tell_width_and_depth():
    generator = seeded(1)
    state = {
        name: torch.rand(shape, generator=generator)
        for name, shape in published_shapes(5, 6).items()
    }
    network = Generator.from_state_dict(state)
    assert network.state_dict().keys() == state.keys()
    assert all(torch.equal(v, state[k]) for k, v in network.state_dict().items())


def test_weights_that_do_not_fit_are_named():
    state = dict(make().state_dict())
    del state['model.4.bias']
    state['model.30.what'] = state['model.7.filt']
    state['model.8.weight'] = torch.zeros(16, 8, 5, 5)
    with pytest.raises(ValueError) as error:
        Generator.from_state_dict(state)
    for text in (
        'ngf=4, blocks=5',
        'missing: model.4.bias;',
        'unexpected: model.30.what;',
        'of another shape: model.8.weight)',
    ):
        assert text in str(error.value)
    with pytest.raises(ValueError, match=r'missing: .*unexpected: a\)'):
        Generator.from_state_dict({'a': torch.zeros(1)})


@pytest.mark.parametrize(
    ('layer', 'taps', 'total'), [(Downsample, (1, 2, 1), 1), (Upsample, (1, 3, 3, 1), 4)]
)
def test_filters_are_outer_products(layer, taps, total):
    expected = np.outer(taps, taps) * total / np.sum(taps) ** 2
    for filt in layer(3).filt:
        np.testing.assert_allclose(filt[0].numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize('size', [(6, 8), (7, 9)])
def test_downsampling_is_blurring_and_leaving_out(size):
    x = draw(2, 3, *size)
    row = np.array([0.25, 0.5, 0.25])
    out = Downsample(3)(x)
    for found, plane in zip(out.flatten(0, 1), x.flatten(0, 1).numpy(), strict=True):
        blurred = cv2.sepFilter2D(plane, -1, row, row, borderType=cv2.BORDER_REFLECT_101)
        np.testing.assert_allclose(found.numpy(), blurred[::2, ::2], atol=1e-6)


def test_upsampling_by_1331_is_bilinear():
    x = draw(2, 3, 5, 7)
    for found, plane in zip(Upsample(3)(x).flatten(0, 1), x.flatten(0, 1).numpy(), strict=True):
        expected = cv2.resize(plane, (14, 10), interpolation=cv2.INTER_LINEAR)
        np.testing.assert_allclose(found.numpy(), expected, atol=1e-6)


def test_features_are_those_behind_prefixes_of_the_model():
    network, x = make(), draw(2, 3, 16, 24)
    features = network.encode(x)
    assert len(features) == 5
    for layer, feature in zip(LAYERS, features, strict=True):
        assert torch.equal(feature, network.model[: layer + 1](x))
    assert [f.shape[1] for f in features] == network.channels() == [3, 8, 16, 16, 16]
    assert torch.equal(network.encode(x, (4,))[0], features[1])


def test_encoding_stops_behind_the_last_layer():
    network = make()
    network.model[9].register_forward_hook(lambda *_: pytest.fail('this layer is not needed'))
    assert len(network.encode(draw(1, 3, 16, 16), (0, 4, 8))) == 3


@pytest.mark.parametrize('size', [(8, 8), (9, 11), (16, 18), (13, 32)])
def test_any_size_is_padded_by_reflection_and_cropped_back(size):
    network, x = make(), draw(2, 3, *size)
    height, width = size
    right, low = -width % 4, -height % 4
    padded = np.pad(x.numpy(), ((0, 0), (0, 0), (0, low), (0, right)), mode='reflect')
    whole = network.model(torch.from_numpy(padded))
    out = network(x)
    assert torch.equal(out, whole[..., :height, :width]) and out.shape == x.shape
    assert out.abs().max() <= 1


@pytest.mark.parametrize('size', [(7, 32), (32, 4)])
def test_pictures_that_are_too_small_are_refused(size):
    with pytest.raises(ValueError, match=f'at least 8x8 px, got {size[1]}x{size[0]}'):
        make()(draw(1, 3, *size))


def test_fixed_to_one_frame_it_treats_that_frame_as_usual():
    network, frame = make(), draw(1, 3, 18, 22)
    torch.testing.assert_close(network.fixed_to(frame)(frame), network(frame), rtol=0, atol=1e-5)


def test_what_a_frame_becomes_depends_neither_on_its_mates_nor_on_its_own_brightness():
    network, clip = make(blocks=1), draw(3, 3, 16, 128)
    fixed = network.fixed_to(clip)
    alone = torch.cat([fixed(frame[None]) for frame in clip])
    torch.testing.assert_close(fixed(clip), alone, rtol=0, atol=1e-5)
    lit = clip.clone()
    lit[..., 112:] = 1.0  # far beyond the reach of the left half
    left = slice(0, 64)
    torch.testing.assert_close(fixed(lit)[..., left], alone[..., left], rtol=0, atol=1e-5)
    usual = network(clip)[..., left] - network(lit)[..., left]
    assert usual.abs().max() > 1e-3  # what would flicker


def test_statistics_are_those_of_all_given_frames_together():
    network, clip = make(), torch.cat([draw(1, 3, 16, 16), 0.2 * draw(1, 3, 16, 16) + 0.5])
    first = network.fixed_to(clip).model[2].moments
    features = network.model[:2](clip).detach().double().numpy()
    for found, expected in zip(
        first, (features.var((0, 2, 3)), features.mean((0, 2, 3))), strict=True
    ):
        np.testing.assert_allclose(found.flatten().numpy(), expected, rtol=1e-4, atol=1e-6)


def test_fixing_shares_the_weights_and_leaves_the_network_as_it_was():
    network, frame = make(), draw(1, 3, 16, 16)
    before = network(frame)
    fixed = network.fixed_to(draw(2, 3, 16, 16, seed=1))
    assert {id(p) for p in fixed.parameters()} == {id(p) for p in network.parameters()}
    assert torch.equal(network(frame), before)
    assert not any(isinstance(m, nn.InstanceNorm2d) for m in fixed.modules())
    assert sum(isinstance(m, nn.InstanceNorm2d) for m in network.modules()) == 5 + 2 * 5
