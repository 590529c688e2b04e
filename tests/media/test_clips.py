"""A clip is read as a player shows it."""

import re

import av
import numpy as np
import pytest

from clip_files import cut_start, grey, halve, turn, write_animation, write_clip
from wiid_plugins.media import Clip, ClipError
from wiid_plugins.media.clips import READS_WEBP

LEVELS = list(range(20, 220, 5))
CORNER = np.full((48, 64, 3), 200, np.uint8)
CORNER[:16, :24] = 20


def means(frames):
    return [float(frame.mean()) for frame in frames]


def decoded(path):
    """The frames that FFmpeg gives from the first to the last, one after the other."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format='rgb24') for frame in container.decode(video=0)]


KINDS = [
    ('a.mp4', 'libx264', {}),
    ('a.mp4', 'libx264', dict(options=dict(movflags='frag_keyframe+empty_moov'))),
    ('a.mkv', 'libx264', {}),
    ('a.mkv', 'libx264', dict(g=1)),
    ('a.mov', 'mpeg4', dict(max_b_frames=2)),
    ('a.avi', 'mpeg4', {}),
    ('a.avi', 'mpeg4', dict(max_b_frames=2)),  # packets have no time
    ('a.avi', 'libx264', {}),
    ('a.ts', 'libx264', {}),
    ('a.h264', 'libx264', {}),
    ('a.mpg', 'mpeg2video', dict(max_b_frames=2)),
    ('a.webm', 'libvpx', {}),
    ('a.webm', 'libvpx-vp9', {}),
    ('a.gif', 'gif', dict(pix_fmt='rgb8')),
]


@pytest.mark.parametrize(('name', 'codec', 'options'), KINDS)
def test_any_frame_of_any_kind_of_file(tmp_path, name, codec, options):
    path = write_clip(tmp_path / name, grey(LEVELS), codec=codec, **options)
    clip, expected = Clip(path), decoded(path)
    assert len(clip) == len(expected) == len(LEVELS)
    rng = np.random.default_rng(0)
    for chosen in (
        range(40),
        [39],
        [0],
        [25, 3, 25],
        np.arange(5, 40, 7),
        *rng.integers(40, size=(6, 8)),
    ):
        for index, frame in zip(chosen, clip.frames(chosen), strict=True):
            np.testing.assert_array_equal(frame, expected[index])
    if name != 'a.mpg':  # whose clock begins where it likes
        np.testing.assert_allclose(np.diff(clip.times), 0.04, atol=0.002)


def test_bytes_threads_and_own_arrays(tmp_path):
    path = write_clip(tmp_path / 'a.mp4', grey(LEVELS))
    for clip in (Clip(path.read_bytes()), Clip(path, threads=2), Clip(str(path), threads=0)):
        first, second, third = clip.frames([7, 7, 30])
        first[:] = 0  # as transforms do
        assert means([second, third]) == pytest.approx([55, 170], abs=2)
        assert clip.rate == pytest.approx(25)
    with pytest.raises(IndexError, match='has frames 0 to 39'):
        clip.frames([40])


def test_it_seeks_in_the_place_of_decoding_all(tmp_path, monkeypatch):
    path = write_clip(tmp_path / 'a.mp4', grey(LEVELS * 10), g=20)
    clip, count = Clip(path), 0
    run = clip._run

    def counting(key):
        nonlocal count
        for item in run(key):
            count += 1
            yield item

    monkeypatch.setattr(clip, '_run', counting)
    assert means(clip.frames([385, 390, 41])) == pytest.approx([145, 170, 25], abs=2)
    assert count < 20


@pytest.mark.parametrize('size', [(64, 48), (33, 47), (1, 1), (720, 18)])
def test_sizes(tmp_path, size):
    path = write_clip(tmp_path / 'a.mkv', grey(LEVELS[:20], size), pix_fmt='yuv444p')
    frames = Clip(path).frames(range(20))
    assert {f.shape for f in frames} == {(*size, 3)}
    assert means(frames) == pytest.approx(LEVELS[:20], abs=2)


@pytest.mark.parametrize(
    ('matrix', 'expected'),
    [
        ((0, 1, -1, 0), np.rot90(CORNER, -1)),
        ((0, -1, 1, 0), np.rot90(CORNER)),
        ((-1, 0, 0, -1), CORNER[::-1, ::-1]),
        ((-1, 0, 0, 1), CORNER[:, ::-1]),
        ((1, 0, 0, -1), CORNER[::-1]),
        ((0, 1, 1, 0), CORNER.swapaxes(0, 1)),
    ],
)
def test_turned_and_mirrored_clips_are_upright(tmp_path, matrix, expected):
    path = turn(write_clip(tmp_path / 'a.mp4', [CORNER] * 3), matrix)
    for frame in Clip(path).frames(range(3)):
        assert frame.shape == expected.shape and frame.flags.c_contiguous
        assert np.abs(frame.astype(int) - expected).mean() < 4


def test_times_of_a_varying_rate(tmp_path):
    times = np.random.default_rng(0).integers(10, 200, 40).cumsum()
    for name in ('a.mp4', 'a.mkv'):
        clip = Clip(write_clip(tmp_path / name, grey(LEVELS), times.tolist()))
        np.testing.assert_allclose(clip.times - clip.times[0], (times - times[0]) / 1000, atol=1e-3)
        ticks = clip.times[0] + np.arange(40) / clip.rate
        shown = clip.evenly()
        assert all(clip.times[shown] <= ticks + 1e-6)
        assert all(clip.times[shown[:-1] + 1] > ticks[:-1] - 1e-6)


def test_an_edit_list_leaves_frames_out(tmp_path):
    path = write_clip(tmp_path / 'a.mp4', grey(LEVELS), sound='aac')
    clip = Clip(cut_start(path, tmp_path / 'b.mp4'))
    assert means(clip.frames(range(len(clip)))) == pytest.approx(LEVELS[8:], abs=2)
    assert means(clip.frames([30, 1])) == pytest.approx([LEVELS[38], LEVELS[9]], abs=2)


@pytest.mark.parametrize(
    ('name', 'part'), [('a.mkv', 0.5), ('a.webm', 0.7), ('a.avi', 0.5), ('a.mp4', 0.7)]
)
def test_half_a_file_is_refused_with_a_sentence(tmp_path, name, part):
    codec = {'a.webm': 'libvpx', 'a.avi': 'ffv1'}.get(name, 'libx264')
    rng = np.random.default_rng(0)
    frames = list(rng.integers(0, 255, (40, 48, 64, 3), dtype=np.uint8))
    pix_fmt = 'bgr0' if codec == 'ffv1' else 'yuv420p'
    options = dict(movflags='faststart') if name == 'a.mp4' else {}
    path = write_clip(tmp_path / name, frames, codec=codec, pix_fmt=pix_fmt, options=options)
    half = halve(path, tmp_path / f'half{path.suffix}', part)
    with pytest.raises(ClipError) as error:
        Clip(half)
    assert re.search(
        r'half\.\w+: breaks off after [\d.]+ of 1.6 seconds; replace', str(error.value)
    )


def test_sound_that_goes_on_longer_is_no_half_file(tmp_path):
    path = write_clip(tmp_path / 'a.mkv', grey(LEVELS[:10]), sound='aac')  # 0.4 of 1 s
    assert len(Clip(path)) == 10


def test_no_clips(tmp_path):
    (tmp_path / 'text.mp4').write_text('no video')
    (tmp_path / 'empty.mp4').touch()
    with av.open(str(tmp_path / 'sound.wav'), 'w') as container:
        stream = container.add_stream('pcm_s16le', rate=8000, layout='mono')
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 80), np.int16), format='s16', layout='mono')
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
    for name in ('text.mp4', 'empty.mp4', 'gone.mp4'):
        with pytest.raises(
            ClipError, match=rf'{name}: not readable as a video \(.*replace the clip'
        ):
            Clip(tmp_path / name)
    with pytest.raises(ClipError, match='sound.wav: holds no video'):
        Clip(tmp_path / 'sound.wav')


@pytest.mark.parametrize('name', ['a.gif', 'a.webp'])
def test_animated_pictures_are_clips(tmp_path, name):
    frames = grey([20, 90, 160, 230])
    for number, frame in enumerate(frames):
        frame[:, : 10 * number] = 128
    path = write_animation(tmp_path / name, frames)
    if name == 'a.webp' and not READS_WEBP:
        with pytest.raises(ClipError, match='a.webp: is a WebP, .* PyAV .* 19 .* save it as a GIF'):
            Clip(path)
        return
    clip = Clip(path)
    assert means(clip.frames([2, 0, 1, 3])) == pytest.approx(
        means([frames[i] for i in (2, 0, 1, 3)]), abs=3
    )
    np.testing.assert_allclose(clip.times, [0, 0.1, 0.2, 0.3])


def test_pixels_are_those_of_decord_on_real_clips(real_data):
    decord = pytest.importorskip('decord')
    paths = sorted((real_data / 'arid_dark').rglob('*.mp4'))
    assert paths
    for path in paths:
        clip, theirs = Clip(path), decord.VideoReader(str(path), num_threads=1)
        assert len(clip) == len(theirs) and clip.rate == pytest.approx(
            theirs.get_avg_fps(), rel=0.01
        )
        chosen = np.linspace(0, len(clip) - 1, 8).astype(int)
        expected = theirs.get_batch(chosen).asnumpy().astype(int)
        assert np.abs(np.stack(clip.frames(chosen)) - expected).mean((1, 2, 3)).max() <= 1
