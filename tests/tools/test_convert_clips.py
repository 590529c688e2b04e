"""What a converted clip keeps: times, sound, shape of pixels, colour tags; GIF and WebP are clips."""

from fractions import Fraction

import av
import numpy as np
import pytest

from clip_files import cut_start, grey, halve, packets_of, turn, write_animation, write_clip
from tools import darken, enhance
from wiid_plugins.media import Clip
from wiid_plugins.media.clips import READS_WEBP

LEVELS = list(range(100, 220, 5))  # so bright that enhance.py leaves them as they are


def convert(tmp_path, name, tool=enhance):
    """Convert a file; give its outputs."""
    assert tool.main([str(tmp_path / name), str(tmp_path / 'out')]) == 0
    return sorted((tmp_path / 'out').glob('*.mp4'))


def levels(path):
    clip = Clip(path)
    return [float(frame.mean()) for frame in clip.frames(range(len(clip)))]


@pytest.mark.parametrize('name', ['a.mp4', 'a.mkv'])
def test_times_of_a_varying_rate(tmp_path, name):
    times = np.random.default_rng(0).integers(10, 200, len(LEVELS)).cumsum().tolist()
    source = write_clip(tmp_path / name, grey(LEVELS), times)
    (path,) = convert(tmp_path, name)
    before, after = Clip(source).times, Clip(path).times
    np.testing.assert_allclose(after - after[0], before - before[0], atol=0.0011)
    assert levels(path) == pytest.approx(levels(source), abs=3)


@pytest.mark.parametrize('cut', [False, True])
def test_sound_is_copied_and_stays_in_time(tmp_path, cut):
    source = write_clip(tmp_path / 'a.mp4', grey(LEVELS), sound='aac')
    if cut:
        source = cut_start(source, tmp_path / 'b.mp4')
    (path,) = convert(tmp_path, source.name)
    before, after = (packets_of(p, 'audio') for p in (source, path))
    assert len(before) > 25 and [data for _, data in after] == [data for _, data in before]
    np.testing.assert_allclose(*([time for time, _ in p] for p in (after, before)), atol=0.002)
    np.testing.assert_allclose(Clip(path).times, Clip(source).times, atol=0.002)
    assert levels(path) == pytest.approx(LEVELS[8 if cut else 0 :], abs=3)


def test_sound_that_mp4_does_not_hold_is_named(tmp_path, capsys):
    write_clip(tmp_path / 'a.mkv', grey(LEVELS), sound='wavpack')
    (path,) = convert(tmp_path, 'a.mkv')
    note = f'note: {tmp_path / "a.mkv"}: its sound (wavpack) does not go into MP4 and is left out'
    assert note in capsys.readouterr().err and len(levels(path)) == len(LEVELS)


@pytest.mark.parametrize('turned', [False, True])
def test_pixel_aspect(tmp_path, turned):
    shape = Fraction(16, 11)
    source = write_clip(tmp_path / 'a.mp4', grey(LEVELS), sample_aspect_ratio=shape)
    if turned:
        turn(source)
    (path,) = convert(tmp_path, 'a.mp4')
    with av.open(str(path)) as container:
        stream, frame = container.streams.video[0], next(container.decode(video=0))
        assert stream.sample_aspect_ratio == (1 / shape if turned else shape)
        assert (frame.height, frame.width) == ((64, 48) if turned else (48, 64))
        assert frame.rotation == 0


@pytest.mark.parametrize(('tag', 'kept'), [(1, 1), (6, 6), (2, 6), (9, 9)])
@pytest.mark.parametrize('span', [1, 2])
def test_colours_and_their_tags(tmp_path, tag, kept, span):
    colour = np.full((48, 64, 3), (20, 200, 120), np.uint8)
    tags = dict(colorspace=tag, color_range=span, color_primaries=1, color_trc=1)
    source = write_clip(tmp_path / 'a.mp4', [colour] * 5, **tags)
    (path,) = convert(tmp_path, 'a.mp4')
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        found = (
            context.colorspace,
            context.color_range,
            context.color_primaries,
            context.color_trc,
        )
        assert found == (kept, 1, 1, 1)
    before, after = (Clip(p).frames([2])[0].mean((0, 1)) for p in (source, path))
    np.testing.assert_allclose(after, before, atol=3)


def test_training_sees_the_pixels_that_the_tools_see(tmp_path, monkeypatch):
    seen = []
    source = write_clip(tmp_path / 'a.mp4', grey(LEVELS))
    pixels = Clip.pixels
    monkeypatch.setattr(Clip, 'pixels', lambda *a: seen.append(pixels(*a)) or seen[-1])
    convert(tmp_path, 'a.mp4')
    for mine, theirs in zip(seen, Clip(source).frames(range(len(LEVELS))), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_animated_pictures_become_clips_and_still_webp_stays_a_picture(tmp_path, capsys):
    (tmp_path / 'in').mkdir()
    frames = grey([120, 160, 200, 240])
    for number, frame in enumerate(frames):
        frame[:, : 10 * number] = 128
    write_animation(tmp_path / 'in' / 'a.gif', frames, 130)
    write_animation(tmp_path / 'in' / 'b.webp', frames, 130)
    write_animation(tmp_path / 'in' / 'c.webp', frames[:1])
    status = darken.main([str(tmp_path / 'in'), str(tmp_path / 'out')])
    made = {p.name for p in (tmp_path / 'out').glob('[a-z]*')}
    if READS_WEBP:
        assert status == 0 and made == {'a.mp4', 'b.mp4', 'c.png'}
    else:
        assert status == 1 and made == {'a.mp4', 'c.png'}
        assert 'b.webp: is a WebP, whose frames PyAV reads from' in capsys.readouterr().err
    for path in (tmp_path / 'out').glob('*.mp4'):
        np.testing.assert_allclose(Clip(path).times, [0, 0.13, 0.26, 0.39], atol=1e-3)


def test_half_a_file_is_refused_and_nothing_is_left_of_it(tmp_path, capsys):
    frames = list(np.random.default_rng(0).integers(0, 255, (30, 48, 64, 3), dtype=np.uint8))
    halve(write_clip(tmp_path / 'whole.mkv', frames), tmp_path / 'half.mkv')
    assert enhance.main([str(tmp_path / 'half.mkv'), str(tmp_path / 'out')]) == 1
    assert 'half.mkv: breaks off after' in (err := capsys.readouterr().err)
    assert 'Traceback' not in err and not list((tmp_path / 'out').glob('*half*'))
