"""What a visitor gives is refused in a sentence, or comes back brightened."""

import pickle

import numpy as np
import pytest
from PIL import Image

pytest.importorskip('gradio', reason='the page has an extra: pip install -e .[page]')

import gradio as gr

from clip_files import grey, write_clip
from light_files import dark_scene, write_png
from wiid_plugins.images import decode
from wiid_plugins.media import Clip
from wiid_plugins.page import relit
from wiid_plugins.page.relit import Brightening
from wiid_plugins.page.told import told
from wiid_plugins.page.uploads import RefusedUpload, open_clip, read_photo


class Evil:
    def __reduce__(self):
        return pytest.fail, ('an upload was unpickled',)


def refused(read, path, *words):
    with pytest.raises(RefusedUpload) as error:
        read(path)
    text = str(error.value)
    assert text.startswith(f'{path.name}: ') and '\n' not in text and str(path.parent) not in text
    assert [word for word in words if word not in text] == []


def test_what_is_too_large_is_refused(tmp_path):
    heavy, wide = tmp_path / 'heavy.png', tmp_path / 'wide.png'
    with heavy.open('wb') as file:
        file.truncate(26 * 2**20)
    refused(read_photo, heavy, '26.0 MB', '25 MB')
    Image.new('1', (10000, 5001)).save(wide)
    refused(read_photo, wide, '10000 x 5001 px', '50 million', 'make it smaller')


def test_what_is_no_picture_is_refused_and_never_unpickled(tmp_path):
    named = {'empty.png': b'', 'notes.txt': b'a', 'evil.pkl': pickle.dumps(Evil())}
    named |= {'evil.png': pickle.dumps(Evil()), 'evil.mp4': pickle.dumps(Evil())}
    for name, data in named.items():
        (tmp_path / name).write_bytes(data)
        refused(open_clip if name.endswith('mp4') else read_photo, tmp_path / name)


def test_a_clip_that_is_too_long_is_refused_and_one_is_no_photo(tmp_path):
    long, short = tmp_path / 'long.mp4', tmp_path / 'short.mp4'
    write_clip(long, grey([20] * 4), times=[0, 30000, 60000, 90000])
    refused(open_clip, long, 'cut it to 60 s', 'ffmpeg')
    write_clip(short, grey([20] * 4))
    assert len(open_clip(short)) == 4
    refused(read_photo, short, 'is a clip')


def test_a_photo_is_brightened_with_the_bits_it_has(tmp_path):
    deep = dark_scene()
    write_png(tmp_path / 'deep.png', deep)
    work = Brightening()
    given = work.give(tmp_path / 'deep.png')
    for target in (0.3, 0.5):
        before, after = work.preview(given, 'procedural', target)
        made = work.make(given, 'procedural', target, tmp_path, print)
        assert made.name == 'deep_brightened.png'
        assert (decode(made) == after).all()
        assert after.mean() / 255 == pytest.approx(target, abs=0.04)
        assert before.shape == after.shape == deep.shape
        # Of 16 bits more levels are left than the 8 bits that are shown before have.
        assert len(np.unique(after[..., 1])) > 2 * len(np.unique(before[..., 1]))


def test_a_clip_is_brightened_frame_by_frame(tmp_path):
    write_clip(tmp_path / 'night.mp4', grey(range(10, 34, 2)))
    work, shares = Brightening(), []
    given = work.give(tmp_path / 'night.mp4')
    before, after = work.preview(given, 'procedural', 0.4)
    assert after.mean() > 3 * before.mean()
    made = work.make(given, 'procedural', 0.4, tmp_path, shares.append)
    levels = [frame.mean() for frame in Clip(made).frames(range(len(Clip(made))))]
    assert len(levels) == 12 and levels == sorted(levels) and levels[0] > 3 * 10
    assert shares == sorted(shares) and shares[-1] == 1


def test_a_clip_that_takes_too_long_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(relit, 'MOST_WAIT', -1)
    write_clip(tmp_path / 'night.mp4', grey([9] * 12))
    work = Brightening()
    given = work.give(tmp_path / 'night.mp4')
    with pytest.raises(RefusedUpload, match=r'night\.mp4: was at 33% after .*cut it'):
        work.make(given, 'procedural', 0.4, tmp_path, print)
    assert [f.name for f in tmp_path.iterdir()] == ['night.mp4']


def test_the_page_tells_a_refusal_as_a_message(tmp_path):
    (tmp_path / 'notes.txt').write_text('no photo')
    with pytest.raises(gr.Error) as error:
        told(read_photo)(tmp_path / 'notes.txt')
    assert 'save it as JPEG, PNG or MP4' in error.value.message
    assert error.value.print_exception is False


def test_zero_dce_is_a_second_method(tmp_path, real_data):
    write_png(tmp_path / 'dark.png', dark_scene())
    work = Brightening(real_data / 'zero_dce/Epoch99.pth')
    assert work.methods == ['procedural', 'zero-dce'] and Brightening().methods == ['procedural']
    given = work.give(tmp_path / 'dark.png')
    curve, network = (work.preview(given, method, 0.4) for method in work.methods)
    assert (curve[1] != network[1]).any() and network[1].mean() > 1.5 * network[0].mean()
