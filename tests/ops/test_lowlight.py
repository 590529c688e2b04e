"""Darkening against its formula and its statistics; enhancement against Zero-DCE's curve."""

import cv2
import numpy as np
import pytest
import torch

from pictures import draw_picture, rgb_unit, seeded
from wiid_plugins.ops.appearance import appearance
from wiid_plugins.ops.color import luma, srgb_to_linear
from wiid_plugins.ops.lowlight import DarkDraw, DarkRanges, darken, draw_darkness, enhance

DRAW = dict(exposure=0.2, red=1.2, blue=0.85, veil=0.3, shot=1e-12, read=1e-14, levels=4095.0)


def make_draw(n=1, **values):
    return DarkDraw(**{k: torch.full((n,), v) for k, v in {**DRAW, **values}.items()})


def darken_in_numpy(rgb, exposure, red, blue, veil, levels, **_):
    """(H, W, 3) sRGB in [0, 1], without noise."""
    light = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    light = (1 - veil) * light + veil * light.mean()
    light = (light * exposure * np.array([red, 1, blue])).clip(0, 1)
    light = np.round(light * levels) / levels
    srgb = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.round(srgb * 255) / 255


@pytest.mark.parametrize(
    'values', [{}, dict(exposure=0.02, levels=16383.0), dict(veil=0.0), dict(exposure=1.0, red=1.5)]
)
def test_darkening_without_noise_is_the_formula(values):
    picture = draw_picture()
    images = rgb_unit(picture)
    rgb = images[0].permute(1, 2, 0).double().numpy()
    expected = darken_in_numpy(rgb, **{**DRAW, **values})
    got = darken(images, draw=make_draw(**values))[0].permute(1, 2, 0).double().numpy()
    assert expected.std() > 0.01
    # Rounding noise may tip a value over to the next level of the converter.
    assert np.abs(got - expected).max() <= 1.01 / 255
    assert np.abs(got - expected).mean() < 0.01 / 255


def test_each_image_gets_its_own_draw():
    images = rgb_unit(draw_picture(), draw_picture(seed=1))
    draw = DarkDraw(
        *(torch.cat(p) for p in zip(make_draw(), make_draw(exposure=0.05), strict=True))
    )
    both = darken(images, draw=draw)
    for i, exposure in enumerate((0.2, 0.05)):
        alone = darken(images[i : i + 1], draw=make_draw(exposure=exposure))
        torch.testing.assert_close(both[i : i + 1], alone, rtol=0, atol=1.01 / 255)


@pytest.mark.parametrize(('shot', 'read'), [(0.01, 1e-6), (1e-6, 1e-3), (0.004, 5e-4)])
def test_noise_variance_is_shot_times_light_plus_read(shot, read):
    images, draw = (
        torch.ones(1, 3, 128, 128),
        make_draw(shot=shot, read=read, exposure=0.3, veil=0.0),
    )
    light = srgb_to_linear(darken(images, draw=draw, generator=seeded()))
    for channel, gain in zip(light[0], (1.2, 1.0, 0.85), strict=True):
        expected = shot * 0.3 * gain + read
        assert float(channel.mean()) == pytest.approx(0.3 * gain, rel=0.02)
        assert float(channel.var()) == pytest.approx(expected, rel=0.05)  # about 5 sigma


def test_noise_is_independent_between_pixels_and_images():
    images, draw = torch.full((2, 3, 64, 64), 0.8), make_draw(2, shot=0.01, read=1e-4)
    dark = darken(images, draw=draw, generator=seeded())
    noise = (dark - dark.mean((2, 3), keepdim=True)).flatten(2)
    for a, b in [(noise[0, 0], noise[1, 0]), (noise[0, 0], noise[0, 1])]:
        assert abs(float(torch.corrcoef(torch.stack([a, b]))[0, 1])) < 0.06
    row = noise[0, 0].view(64, 64)
    pair = torch.stack([row[:, :-1].flatten(), row[:, 1:].flatten()])
    assert abs(float(torch.corrcoef(pair)[0, 1])) < 0.06


def test_every_drawn_night_is_darker_than_its_day():
    images = rgb_unit(*(draw_picture(seed=s) for s in range(16)))
    for exposure in [(0.01, 0.3), (0.5, 0.7)]:
        dark = darken(images, DarkRanges(exposure=exposure), generator=seeded())
        assert (dark.mean((1, 2, 3)) < images.mean((1, 2, 3))).all()
    half, tenth = (darken(images, draw=make_draw(16, exposure=e)).mean() for e in (0.5, 0.1))
    assert tenth < half < images.mean()


@pytest.mark.parametrize('size', [(1, 1), (17, 40), (40, 17)])
def test_result_lies_on_the_grid_of_eight_bits(size):
    images = torch.rand(5, 3, *size, generator=seeded())
    dark = darken(images, generator=seeded(1))
    assert dark.shape == images.shape and dark.min() >= 0 and dark.max() <= 1
    assert torch.equal((dark * 255).round() / 255, dark)


@pytest.mark.parametrize('dtype', [torch.half, torch.float32, torch.float64])
def test_dtype_is_kept_and_the_input_untouched(dtype):
    images = rgb_unit(draw_picture()).to(dtype)
    before = images.clone()
    for result in (darken(images, generator=seeded()), enhance(images)):
        assert result.dtype == dtype and result.shape == images.shape
    assert torch.equal(images, before)


def test_darkening_repeats_under_a_generator():
    images = rgb_unit(draw_picture(), draw_picture())
    first = darken(images, generator=seeded(1))
    assert torch.equal(first, darken(images, generator=seeded(1)))
    assert not torch.equal(first, darken(images, generator=seeded(2)))
    assert not torch.equal(first[0], first[1])


def test_draws_stay_in_their_ranges_and_fill_them():
    ranges, draw = DarkRanges(), draw_darkness(4000, generator=seeded())
    bounds = dict(exposure=ranges.exposure, veil=ranges.veil, shot=ranges.shot_noise)
    bounds |= dict(red=ranges.red, blue=ranges.blue)
    for name, (low, high) in bounds.items():
        values = getattr(draw, name)
        assert values.min() >= low * 0.999 and values.max() <= high * 1.001
        assert values.max() - values.min() > 0.95 * (high - low)
    levels, counts = draw.levels.unique(return_counts=True)
    assert levels.tolist() == [4095, 16383, 65535] and counts.min() > 1200
    median = float(draw.exposure.median())
    assert median == pytest.approx(np.sqrt(0.01 * 0.3), rel=0.1)  # log-uniform
    spread = draw.read.log() - 2.18 * draw.shot.log() - 1.20  # UPI, Eq. 5
    assert float(spread.mean()) == pytest.approx(0, abs=0.02)
    assert float(spread.std()) == pytest.approx(0.26, rel=0.05)


@pytest.mark.parametrize('name', ['exposure', 'red', 'blue', 'shot_noise'])
@pytest.mark.parametrize('bounds', [(0.0, 0.5), (0.5, 0.1), (-1, 1)])
def test_impossible_ranges_are_refused(name, bounds):
    with pytest.raises(ValueError, match=f'DarkRanges.{name}'):
        DarkRanges(**{name: bounds})


def dark_pictures(level, n=6):
    """Grey pictures with a given mean."""
    images = luma(rgb_unit(*(draw_picture(64, 64, seed=s) for s in range(n))))
    images = images / images.mean((1, 2), keepdim=True) * level
    return images[:, None].expand(-1, 3, -1, -1).clamp(0, 1).contiguous()


@pytest.mark.parametrize('level', [0.03, 0.1, 0.2, 0.35])
@pytest.mark.parametrize('target', [0.4, 0.55])
def test_dark_pictures_reach_the_target(level, target):
    bright = enhance(dark_pictures(level), target=target)
    assert ((luma(bright).mean((1, 2)) - target).abs() <= 0.02).all()


def test_real_dark_photos_come_near_the_target(real_data):
    for path in sorted((real_data / 'photos_dark').glob('*.png')):
        images = rgb_unit(cv2.imread(str(path)))
        grey = luma(images)[:, None].expand(-1, 3, -1, -1)
        level = float(luma(enhance(grey)).mean())
        assert level <= 0.42
        limit = luma(1 - (1 - grey) ** 64).mean()  # what max_gain leaves possible
        assert level >= min(0.37, float(limit) - 0.001), path.name
        # Curves are concave: colour channels on their own end up below their grey value.
        assert level - 0.03 <= float(luma(enhance(images)).mean()) <= level + 0.001, path.name


def test_night_views_have_the_fine_detail_of_real_dark_photos_and_not_the_noise_of_raw_ones(
    real_data,
):
    def photos(folder):
        paths = sorted((real_data / folder).rglob('*.*g'))
        pictures = (cv2.imread(str(path)) for path in paths)
        return rgb_unit(
            *(cv2.resize(p, (224, 224), interpolation=cv2.INTER_AREA) for p in pictures)
        )

    def noise(images):
        return float(appearance(enhance(images))['noise'].median())

    day, dark = photos('detection/coco_mini'), noise(photos('photos_dark'))
    assert dark / 2 < noise(darken(day, generator=seeded())) < dark * 2
    raw = DarkRanges(shot_noise=(1e-4, 0.012))  # UPI, Eq. 5
    assert noise(darken(day, raw, generator=seeded())) > dark * 4


def test_gain_is_limited():
    images = torch.full((1, 3, 8, 8), 1e-3)
    torch.testing.assert_close(enhance(images, max_gain=8.0), 1 - (1 - images) ** 8)
    assert enhance(torch.zeros(1, 3, 8, 8)).max() == 0


def test_bright_pictures_stay_as_they_are():
    images = torch.cat([dark_pictures(0.45), torch.ones(1, 3, 64, 64)])
    torch.testing.assert_close(enhance(images), images, rtol=0, atol=1e-6)


def test_the_curve_is_monotone_and_keeps_black_and_white():
    ramp = torch.linspace(0, 1, 1024) ** 4  # dark on average
    images = ramp.expand(1, 3, 4, -1)
    bright = enhance(images)[0, 0, 0]
    assert (bright.diff() >= 0).all() and bright[0] == 0 and bright[-1] == 1
    assert (bright >= ramp - 1e-6).all() and bright.mean() > ramp.mean() + 0.1


@pytest.mark.parametrize('rounds', [1, 2, 3, 5])
def test_equals_rounds_of_zero_dce(rounds):
    images = dark_pictures(0.05)[:1]
    expected = images.double()
    for _ in range(rounds):
        expected = expected + expected * (1 - expected)
    got = enhance(images, target=1.0, max_gain=2.0**rounds)  # out of reach: the limit is taken
    torch.testing.assert_close(got.double(), expected, rtol=0, atol=1e-5)


def test_enhancing_a_batch_equals_one_by_one():
    images = torch.cat([dark_pictures(0.05, 2), dark_pictures(0.3, 2)])
    single = torch.cat([enhance(image[None]) for image in images])
    torch.testing.assert_close(enhance(images), single, rtol=0, atol=1e-6)
