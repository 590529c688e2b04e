import re
import warnings

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage.restoration import estimate_sigma

from pictures import draw_picture
from tools import enhance
from wiid_plugins.relight.report import scores, table


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


def test_scores_are_those_of_numpy():
    pixels = draw_picture(50, 70)
    found, grey = scores(pixels), luma(pixels)
    assert found['brightness'] == pytest.approx(grey.mean(), abs=1e-3)
    assert found['contrast'] == pytest.approx(grey.std(), abs=1e-3)
    counts = np.bincount((grey * 255).round().astype(int).ravel())
    shares = counts[counts > 0] / counts.sum()
    assert found['entropy'] == pytest.approx(-(shares * np.log2(shares)).sum(), abs=0.02)


def test_noise_is_found_and_blur_is_told_from_sharp():
    rng = np.random.default_rng(0)
    noise = rng.normal(128, 20, (128, 128, 1)).round().clip(0, 255).astype(np.uint8).repeat(3, 2)
    assert scores(noise)['noise'] == pytest.approx(20 / 255, rel=0.1)
    sharp = draw_picture(96, 96)
    assert scores(cv2.GaussianBlur(sharp, (0, 0), 3))['blur'] > scores(sharp)['blur'] + 0.1


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


@pytest.mark.parametrize('size', [(1, 1), (2, 9), (3, 3)])
def test_a_picture_too_small_for_edges_does_not_spoil_the_means(size):
    flat, drawn = scores(np.full((*size, 3), 9, np.uint8)), scores(draw_picture())
    assert np.isnan([flat.pop('blur'), flat.pop('noise')]).all()
    assert np.isfinite(list(flat.values())).all()
    rows = table([(drawn, drawn), ({**flat, 'blur': np.nan, 'noise': np.nan}, drawn)]).splitlines()
    for row, name in zip(rows[-2:], ('noise', 'blur'), strict=True):
        assert row.endswith(f' {drawn[name]:.3f} | {drawn[name]:.3f} |')
    assert f'| {(drawn["brightness"] + 9 / 255) / 2:.3f} |' in rows[2]


@pytest.mark.parametrize('size', [(1, 1), (1, 300), (300, 2), (3, 3), (9, 4), (40, 4), (8, 8)])
@pytest.mark.parametrize('light', ['black', 'flat', 'striped', 'noise'])
def test_small_and_flat_pictures_give_no_warnings(size, light):
    pixels = np.zeros((*size, 3), np.uint8)
    pixels[: size[0] if light == 'flat' else 0] = 200
    pixels[:: 2 if light == 'striped' else 1000] = 30
    if light == 'noise':
        pixels = np.random.default_rng(0).integers(0, 99, pixels.shape, dtype=np.uint8)
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        found = scores(pixels)
    small = min(size) < 4
    assert np.isnan(found['noise']) == np.isnan(found['blur']) == small
    if not small and light != 'noise':
        assert found['noise'] < 1e-6


def test_noise_is_that_of_scikit_image():
    pixels = draw_picture(50, 70)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) / 255
    assert scores(pixels)['noise'] == pytest.approx(estimate_sigma(grey))


def test_a_report_of_one_tiny_picture_has_dashes(tmp_path, capfd, recwarn):
    Image.new('RGB', (300, 1), (9, 20, 40)).save(tmp_path / 'wide.png')
    assert run(tmp_path / 'wide.png', tmp_path / 'out', '--report') == 0
    out, err = capfd.readouterr()
    assert re.search(r'\| noise \(.*\) \| - \| - \|', out)
    assert 'Warning' not in err and not recwarn.list
