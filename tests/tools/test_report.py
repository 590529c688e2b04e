import re

import cv2
import numpy as np
import pytest
from PIL import Image

from pictures import draw_picture
from tools import enhance


@pytest.fixture
def dark(tmp_path):
    (tmp_path / 'dark').mkdir()
    for seed in range(5):
        cv2.imwrite(str(tmp_path / 'dark' / f'{seed}.png'), draw_picture(40, 60, seed) // 5)
    return tmp_path / 'dark'


def run(*args):
    return enhance.main([str(a) for a in args])


def luma(pixels):
    """BT.601, of ``(H, W, 3)`` uint8 RGB, in [0, 1]."""
    return pixels @ np.array([0.299, 0.587, 0.114]) / 255


def test_report_prints_the_means_and_draws_a_sheet_beside_the_folder(dark, tmp_path, capsys):
    assert run(dark, tmp_path / 'out', '--report') == 0
    out = capsys.readouterr().out
    row = re.search(r'\| brightness \(.*\) \| ([\d.]+) \| ([\d.]+) \|', out)
    for folder, value in zip((dark, tmp_path / 'out'), row.groups(), strict=True):
        files = list(folder.glob('*.png'))
        assert len(files) == 5
        means = [luma(cv2.imread(str(f))[..., ::-1]).mean() for f in files]
        assert float(value) == pytest.approx(np.mean(means), abs=2e-3)
    with Image.open(tmp_path / 'out_sheet.png') as sheet:
        assert sheet.size == (6 * 244, 2 * 244)
        pixels = np.asarray(sheet.convert('RGB'))
    before, after = pixels[:160, :240], pixels[:160, 244:484]  # the first picture, 60 x 40 px
    assert before.mean() < 40 < 80 < after.mean()
    assert (pixels[162:242] == 255).all()


def test_report_of_what_was_done_before_makes_nothing_again(dark, tmp_path, capsys):
    assert run(dark, tmp_path / 'out') == 0
    times = {p: p.stat().st_mtime_ns for p in (tmp_path / 'out').glob('*.png')}
    for _ in range(2):  # a sheet of its own is drawn again
        assert run(dark, tmp_path / 'out', '--report') == 0
    assert {p: p.stat().st_mtime_ns for p in times} == times
    assert '0 made, 5 were there' in capsys.readouterr().out


def test_a_picture_of_others_is_not_drawn_over(dark, tmp_path, capsys):
    cv2.imwrite(str(tmp_path / 'out_sheet.png'), draw_picture())
    before = (tmp_path / 'out_sheet.png').read_bytes()
    assert run(dark, tmp_path / 'out', '--report') == 1
    assert 'no contact sheet of this tool' in capsys.readouterr().err
    assert (tmp_path / 'out_sheet.png').read_bytes() == before
    assert len(list((tmp_path / 'out').glob('*.png'))) == 5


def test_a_report_of_one_tiny_picture_has_dashes(tmp_path, capfd, recwarn):
    Image.new('RGB', (300, 1), (9, 20, 40)).save(tmp_path / 'wide.png')
    assert run(tmp_path / 'wide.png', tmp_path / 'out', '--report') == 0
    out, err = capfd.readouterr()
    assert re.search(r'\| noise \(.*\) \| - \| - \|', out)
    assert 'Warning' not in err and not recwarn.list
