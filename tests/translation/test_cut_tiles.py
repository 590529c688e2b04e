"""CUT in tiles, with the statistics of the whole image, gives what the whole image gives."""

import pytest
import torch

from pictures import seeded
from wiid_plugins.translation import build_darkener, learned
from wiid_plugins.translation.cut_generator import FixedNorm, Generator
from wiid_plugins.translation.cut_tiles import measure, translate
from wiid_plugins.translation.tiles import SIDE, Source

STEP = 1 / 255


@pytest.fixture(scope='module')
def generator():
    torch.manual_seed(3)
    return Generator(ngf=4, blocks=3).eval().requires_grad_(False)


def draw(size, count=1):
    """Images whose light changes across them, so that a tile has other statistics."""
    slope = torch.linspace(0.1, 1, size[1])
    return torch.rand(count, 3, *size, generator=seeded(4)) * slope


def in_tiles(fixed, images, side):
    made = torch.full_like(images, torch.nan)
    for tile, part in translate(fixed, Source.of(images[0]), side):
        made[..., slice(*tile.rows), slice(*tile.columns)] = part
    return made


def whole(generator, images):
    return (generator(images * 2 - 1) + 1) / 2


@pytest.mark.parametrize('side', [4, 16, 20, 64])
@pytest.mark.parametrize('size', [(8, 8), (8, 41), (32, 32), (33, 47), (49, 64), (65, 34)])
def test_tiles_are_the_whole(generator, size, side):
    images = draw(size)
    found = in_tiles(generator.open_norms(), images, side)
    torch.testing.assert_close(found, whole(generator, images), rtol=0, atol=1e-4)


def test_a_tile_by_itself_is_something_else(generator):
    images = draw((32, 64))
    part = whole(generator, images[..., :32])[..., :16]
    assert (part - whole(generator, images)[..., :16]).abs().max() > STEP


def test_the_statistics_are_those_of_all_frames_together(generator):
    frames = draw((33, 30), 3)
    tiled = generator.open_norms()
    measure(tiled, [Source.of(frame) for frame in frames], 16)
    at_once = generator.fixed_to(frames * 2 - 1)
    pairs = zip(tiled.modules(), at_once.modules(), strict=True)
    norms = [(a, b) for a, b in pairs if isinstance(a, FixedNorm)]
    assert len(norms) == 11
    for a, b in norms:
        torch.testing.assert_close(a.moments, b.moments, rtol=1e-3, atol=1e-4)
    other = draw((33, 30)) * 0.5
    torch.testing.assert_close(in_tiles(tiled, other, 16), whole(at_once, other), rtol=0, atol=1e-4)


@pytest.mark.parametrize('most', [2**19, 3000, 1353, 200])
def test_the_darkener_gives_the_same_whole_in_part_batches_and_in_tiles(
    generator, tmp_path, monkeypatch, most
):
    torch.save(generator.state_dict(), tmp_path / 'w.pth')
    monkeypatch.setitem(learned.AT_ONCE, False, most)
    monkeypatch.setitem(SIDE, False, 32)
    images = draw((33, 41), 3)
    darkener = build_darkener('cut', weights=tmp_path / 'w.pth')
    torch.testing.assert_close(darkener(images), whole(generator, images), rtol=0, atol=1e-4)
    expected = whole(generator.fixed_to(images[:2] * 2 - 1), images)
    found = darkener.for_clip(images[:2])(images)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-4)


def test_a_large_image_that_is_too_narrow_is_refused_alike(generator, tmp_path, monkeypatch):
    torch.save(generator.state_dict(), tmp_path / 'w.pth')
    monkeypatch.setitem(learned.AT_ONCE, False, 200)
    with pytest.raises(ValueError, match='at least 8x8 px, got 90x7'):
        build_darkener('cut', weights=tmp_path / 'w.pth')(torch.rand(1, 3, 7, 90))
