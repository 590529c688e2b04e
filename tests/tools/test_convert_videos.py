import os
import re
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from clip_files import turn
from pictures import draw_picture
from tools import darken, enhance
from wiid_plugins.media import Clip
from wiid_plugins.relight.videos import sample


def write_video(path, frames, rate=Fraction(25), codec='ffv1', **options):
    """Write ``(H, W, 3)`` uint8 RGB frames; ffv1 keeps them as they are."""
    with av.open(str(path), 'w', options=options) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = 'bgr0' if codec == 'ffv1' else 'yuv420p'
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format='rgb24')))
        container.mux(stream.encode())


def read_video(path):
    """Frames as OpenCV reads them, ``(T, H, W, 3)`` uint8 BGR, and their rate."""
    video, frames = cv2.VideoCapture(str(path)), []
    while (read := video.read())[0]:
        frames.append(read[1])
    return np.stack(frames), video.get(cv2.CAP_PROP_FPS)


def run(tool, *args):
    return tool.main([str(a) for a in args])


@pytest.mark.parametrize('size', [(48, 64), (47, 64), (48, 63), (33, 35)])
@pytest.mark.parametrize('suffix', ['.mkv', '.avi'])
def test_count_rate_and_size_are_kept(tmp_path, size, suffix):
    picture = draw_picture(*size) // 3
    write_video(tmp_path / f'clip{suffix}', [picture] * 21, Fraction(30000, 1001))
    assert run(enhance, tmp_path / f'clip{suffix}', tmp_path / 'out') == 0
    frames, rate = read_video(tmp_path / 'out' / 'clip.mp4')
    assert frames.shape == (21, *size, 3)
    assert rate == pytest.approx(30000 / 1001)
    assert not list((tmp_path / 'out').glob('.*.part'))


def test_a_still_clip_stays_still_and_has_the_values_of_its_picture(tmp_path):
    picture = cv2.GaussianBlur(draw_picture(64, 64), (0, 0), 4) // 3
    write_video(tmp_path / 'clip.mkv', [picture] * 20)
    cv2.imwrite(str(tmp_path / 'still.png'), picture[..., ::-1])
    for name in ('clip.mkv', 'still.png'):
        assert run(enhance, tmp_path / name, tmp_path / 'out') == 0
    frames, _ = read_video(tmp_path / 'out' / 'clip.mp4')
    assert np.ptp(frames.mean((1, 2, 3))) < 0.5
    still = cv2.imread(str(tmp_path / 'out' / 'still.png')).astype(float)
    assert np.abs(frames - still).mean() < 3
    assert still.mean() > picture.mean() + 20


def test_a_clip_keeps_the_brightness_of_its_frames_to_one_another(tmp_path):
    levels = [20, 60, 30, 50, 10, 40, 25, 55] * 3
    write_video(tmp_path / 'clip.mkv', [np.full((32, 32, 3), v, np.uint8) for v in levels])
    assert run(enhance, tmp_path / 'clip.mkv', tmp_path / 'out') == 0
    means = read_video(tmp_path / 'out' / 'clip.mp4')[0].mean((1, 2, 3))
    for level in set(levels):
        assert np.ptp([m for m, v in zip(means, levels, strict=True) if v == level]) < 2
    steps = np.diff([means[levels.index(level)] for level in sorted(set(levels))])
    assert steps.min() > 5  # each frame brightened on its own would come to the same grey


def test_darkening_draws_once_per_clip_and_again_for_another_name(tmp_path):
    (tmp_path / 'in').mkdir()
    for name in ('a', 'b'):
        write_video(tmp_path / 'in' / f'{name}.mkv', [np.full((32, 32, 3), 200, np.uint8)] * 20)
    for out in ('first', 'again'):
        assert run(darken, tmp_path / 'in', tmp_path / out) == 0
    first, again, other = (
        read_video(tmp_path / name)[0] for name in ('first/a.mp4', 'again/a.mp4', 'first/b.mp4')
    )
    # x264 now and then quantises a frame otherwise, of the same pixels.
    assert np.abs(first.astype(int) - again).mean() < 0.5
    assert np.ptp(first.mean((1, 2, 3))) < 3
    assert first.mean() < 150
    assert abs(first.mean() - other.mean()) > 1


def test_sixteen_frames_at_most_are_sampled_evenly(tmp_path):
    frames = [np.full((16, 16, 3), 2 * index, np.uint8) for index in range(100)]
    for count in (1, 16, 17, 100):
        write_video(tmp_path / 'clip.mkv', frames[:count])
        values = [int(frame[0, 0, 0]) for frame in sample(Clip(tmp_path / 'clip.mkv'))]
        assert values[0] == 0 and min(count, 9) <= len(values) <= 16
        assert len(set(np.diff(values))) <= 1
        assert values[-1] + (values[1] if count > 1 else 2) >= 2 * (count - 1)


def test_a_turned_video_comes_out_upright(tmp_path):
    picture = np.full((32, 48, 3), 200, np.uint8)
    picture[:16, :24] = 20
    write_video(tmp_path / 'clip.mp4', [picture] * 3, codec='libx264')
    turn(tmp_path / 'clip.mp4')
    assert run(enhance, tmp_path / 'clip.mp4', tmp_path / 'out') == 0
    frames, _ = read_video(tmp_path / 'out' / 'clip.mp4')
    expected = cv2.rotate(picture, cv2.ROTATE_90_CLOCKWISE)
    assert frames.shape == (3, *expected.shape)
    assert np.abs(frames.astype(int) - expected).mean() < 4  # bright enough to be left as it is


def test_damaged_videos_are_listed_with_the_reason(tmp_path, capsys):
    (tmp_path / 'in').mkdir()
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 99, (30, 32, 32, 3), dtype=np.uint8)
    write_video(tmp_path / 'in' / 'whole.avi', frames)
    data = (tmp_path / 'in' / 'whole.avi').read_bytes()
    (tmp_path / 'in' / 'half.avi').write_bytes(data[: len(data) // 2])
    cut = tmp_path / 'in' / 'cut.mp4'
    write_video(cut, frames, codec='mpeg4', movflags='faststart')  # the index comes first
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    (tmp_path / 'in' / 'empty.mp4').touch()
    (tmp_path / 'in' / 'text.mkv').write_text('no video')
    assert run(enhance, tmp_path / 'in', tmp_path / 'out') == 1
    err = capsys.readouterr().err
    assert re.search(r'half.avi: breaks off after [\d.]+ of 1.2 seconds; replace the clip', err)
    assert re.search(r'cut.mp4: breaks off after [\d.]+ of 1.2 seconds; replace the clip', err)
    assert 'empty.mp4: is empty' in err
    assert 'text.mkv: not readable as a video' in err
    assert [p.name for p in (tmp_path / 'out').glob('*.mp4')] == ['whole.mp4']
    assert not list((tmp_path / 'out').glob('.*.part'))


def test_a_size_that_the_encoder_does_not_take_is_listed_and_the_rest_is_done(tmp_path, capsys):
    (tmp_path / 'in').mkdir()
    for name, size in (('wide', (2, 16400)), ('ok', (16, 16)), ('tiny', (1, 1))):
        write_video(tmp_path / 'in' / f'{name}.mkv', [np.full((*size, 3), 30, np.uint8)] * 3)
    assert run(enhance, tmp_path / 'in', tmp_path / 'out') == 1
    err = capsys.readouterr().err
    assert 'wide.mkv: the H.264 encoder does not take 16400 x 2 px' in err
    assert {p.name for p in (tmp_path / 'out').glob('*.mp4')} >= {'ok.mp4'}
    assert not list((tmp_path / 'out').glob('.*.part'))


def test_a_rate_that_is_damage_is_listed(tmp_path, capsys):
    (tmp_path / 'in').mkdir()
    write_video(tmp_path / 'in' / 'slow.avi', [draw_picture(32, 32)] * 5, Fraction(5, 1887437))
    write_video(tmp_path / 'in' / 'ok.mkv', [draw_picture(32, 32)] * 5)
    assert run(enhance, tmp_path / 'in', tmp_path / 'out') == 1
    assert (
        'slow.avi: the H.264 encoder does not take 32 x 32 px at 2.649e-06'
        in capsys.readouterr().err
    )
    assert [p.name for p in (tmp_path / 'out').glob('*.mp4')] == ['ok.mp4']


def test_a_colon_in_a_name_is_no_protocol(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'a:b').mkdir()
    write_video(tmp_path / 'a:b' / 'c:d.mkv', [np.full((16, 16, 3), 30, np.uint8)] * 3)
    assert run(enhance, 'a:b', 'c:d') == 0
    assert read_video(tmp_path / 'c:d' / 'c:d.mp4')[0].shape == (3, 16, 16, 3)


def test_names_that_are_not_utf8_are_kept(tmp_path):
    (tmp_path / 'in').mkdir()
    write_video(tmp_path / 'x.mkv', [np.full((16, 16, 3), 30, np.uint8)] * 3)
    (tmp_path / 'x.mkv').rename(os.fsdecode(os.fsencode(tmp_path / 'in') + b'/\xff.mkv'))
    assert run(darken, tmp_path / 'in', tmp_path / 'out') == 0
    assert os.listdir(os.fsencode(tmp_path / 'out')).count(b'\xff.mp4') == 1
