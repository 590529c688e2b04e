"""Tiles cover each pixel once, and give what the whole image gives."""

import numpy as np
import pytest
import torch

from pictures import seeded
from wiid_plugins.relight import light as relight_light
from wiid_plugins.relight.light import Relight
from wiid_plugins.translation import build_darkener, build_enhancer, learned
from wiid_plugins.translation.cut_generator import Generator
from wiid_plugins.translation.tiles import SIDE, Source, in_tiles, tiles
from wiid_plugins.translation.zero_dce import REACH, CurveNetwork

SIZES = [(1, 1), (3, 50), (16, 16), (17, 33), (31, 64), (40, 41)]


@pytest.mark.parametrize('margin', [0, 1, 7, 40])
@pytest.mark.parametrize('side', [1, 4, 16, 64])
@pytest.mark.parametrize('size', SIZES)
def test_tiles_cover_each_pixel_once_and_read_the_margin_inside_the_image(size, side, margin):
    height, width = size
    count = torch.zeros(size, dtype=torch.int)
    for tile in tiles(height, width, side, margin):
        count[slice(*tile.rows), slice(*tile.columns)] += 1
        for (start, stop), (first, last), length in (
            (tile.rows, tile.around_rows, height),
            (tile.columns, tile.around_columns, width),
        ):
            assert first == max(start - margin, 0) and last == min(stop + margin, length)
        window = torch.zeros(size)[slice(*tile.around_rows), slice(*tile.around_columns)]
        assert window.shape == tile.window
        where = torch.arange(height * width).view(size)
        seen = tile.inside(where[slice(*tile.around_rows), slice(*tile.around_columns)])
        assert torch.equal(seen, where[slice(*tile.rows), slice(*tile.columns)])
    assert torch.equal(count, torch.ones_like(count))


@pytest.fixture(scope='module')
def network():
    torch.manual_seed(0)
    network = CurveNetwork(channels=6).eval().requires_grad_(False)
    for name, parameter in network.named_parameters():
        parameter.mul_(8 if name.endswith('weight') else 1)  # so that the farthest pixels count
    return network


@pytest.mark.parametrize('batch', [1, 3])
@pytest.mark.parametrize('side', [8, 15, 39, 64])
@pytest.mark.parametrize('size', SIZES)
def test_zero_dce_in_tiles_is_zero_dce_of_the_whole(network, size, side, batch):
    images = torch.rand(2, 3, *size, generator=seeded(1))
    made = in_tiles(network, images, side, REACH, batch)
    torch.testing.assert_close(made, network(images), rtol=0, atol=1e-6)


def test_less_margin_is_not_enough(network):
    images = torch.rand(1, 3, 40, 40, generator=seeded(1))
    made = in_tiles(network.curves, images, 16, REACH - 1)
    assert (made - network.curves(images)).abs().max() > 1e-5


@pytest.mark.parametrize('most', [2**19, 3000, 1353, 200])
def test_the_enhancer_gives_the_same_whole_in_part_batches_and_in_tiles(
    network, tmp_path, monkeypatch, most
):
    torch.save(network.state_dict(), tmp_path / 'w.pth')
    monkeypatch.setitem(learned.AT_ONCE, False, most)
    monkeypatch.setitem(SIDE, False, 14)
    images = torch.rand(3, 3, 33, 41, generator=seeded(1))
    enhancer = build_enhancer('zero-dce', weights=tmp_path / 'w.pth')
    torch.testing.assert_close(enhancer(images), network(images), rtol=0, atol=1e-6)
    curves = network.curves(images[:2]).mean(0, keepdim=True)
    expected = learned.apply_curves(images, curves)
    found = enhancer.for_clip(images[:2])(images)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-6)


@pytest.fixture(params=['procedural', 'zero-dce', 'cut'])
def method(request, network, tmp_path):
    if request.param == 'procedural':
        return build_enhancer()
    torch.manual_seed(3)
    made = network if request.param == 'zero-dce' else Generator(ngf=4, blocks=3)
    torch.save(made.state_dict(), tmp_path / 'w.pth')
    build = build_enhancer if request.param == 'zero-dce' else build_darkener
    return build(request.param, weights=tmp_path / 'w.pth')


@pytest.mark.parametrize('dtype', ['uint8', 'uint16', 'float32'])
@pytest.mark.parametrize('bits', [8, 16])
def test_a_large_picture_becomes_floats_in_parts(method, dtype, bits, monkeypatch):
    light = torch.rand(2, 33, 41, 3, generator=seeded(1)).numpy() * 0.4
    white = 1 if dtype == 'float32' else np.iinfo(dtype).max
    pictures = list((light * white).astype(dtype))
    whole = Relight(method, 'cpu', 0, 1, bits).pictures(pictures, 'a')
    monkeypatch.setattr(relight_light, 'LARGE', 256)
    monkeypatch.setitem(SIDE, False, 16)
    parts = Relight(method, 'cpu', 0, 1, bits).pictures(pictures, 'a')
    assert parts[0].dtype == f'uint{bits}'
    apart = np.abs(np.subtract(parts, whole, dtype=np.float32)).max()
    assert apart <= (1 if bits == 8 else 10)  # 1e-4 of white


def test_a_source_has_the_sample_of_the_image():
    for size in SIZES:
        image = torch.rand(3, *size, generator=seeded(1))
        expected = torch.nn.functional.interpolate(image[None], size=(32, 32))
        assert torch.equal(Source.of(image).sample(), expected)
