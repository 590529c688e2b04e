"""wiid enhance keeps the bits of 16-bit images and of camera RAW up to what it writes."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
import torch

from light_files import WHITE, dark_scene, ramp, write_dng, write_png
from pictures import draw_picture
from tools import darken, enhance
from wiid_plugins.images import read_image
from wiid_plugins.ops import lowlight
from wiid_plugins.relight.images import convert_images
from wiid_plugins.relight.light import Relight
from wiid_plugins.relight.tree import make_plan
from wiid_plugins.translation import build_enhancer


def run(*args, tool=enhance):
    return tool.main([str(a) for a in args])


def levels(image):
    return len(np.unique(image))


def brightened(rgb):
    """By the formula on floats: ``(H, W, 3)`` float32 RGB in [0, 1] -> as OpenCV has it."""
    lit = lowlight.enhance(torch.from_numpy(rgb).permute(2, 0, 1)[None])[0]
    return lit.permute(1, 2, 0).numpy()[..., ::-1]


def write(path, light):
    """A dark 16-bit file: PNG, TIFF, TIFF of floats or RAW, by its name."""
    if path.suffix == '.dng':
        pytest.importorskip('rawpy', reason='camera RAW needs rawpy: pip install rawpy')
        write_dng(path, light)
    elif path.name == 'float.tif':
        tifffile.imwrite(path, (light / WHITE).astype(np.float32))
    elif path.suffix == '.tif':
        tifffile.imwrite(path, light)
    else:
        write_png(path, light)


@pytest.mark.parametrize('name', ['a.png', 'a.tif', 'float.tif', 'a.dng'])
@pytest.mark.parametrize('top', [1 / 256, 1 / 16])
def test_a_dark_ramp_comes_out_by_the_formula_without_a_gap(tmp_path, name, top):
    write(tmp_path / name, ramp(top, 3 if top > 1 / 256 else 1))
    expected = brightened(read_image(tmp_path / name))
    for bits, white in ((8, 255), (16, WHITE)):
        out = tmp_path / str(bits)
        assert run(tmp_path / name, out, '--bits', bits) == 0
        made = cv2.imread(str(out / Path(name).with_suffix('.png')), cv2.IMREAD_UNCHANGED)
        assert made.dtype == f'uint{bits}'
        assert np.abs(made / white - expected).max() < 0.51 / white + 1e-6
        if bits == 16:  # one for each of the input: 256 of the ramp at 1/256
            assert levels(made) >= 200
        elif name != 'a.dng':  # the curve is steepest where RAW has the fewest numbers
            steps = np.diff(np.unique(made))
            assert steps.max() <= (1 if top == 1 / 256 else 4)
            assert levels(made) >= (58 if top == 1 / 256 else 200)


@pytest.mark.parametrize('name', ['a.png', 'a.tif', 'float.tif'])
def test_a_dark_scene_has_no_bands(tmp_path, name):
    scene = dark_scene(96, 128)[..., 0]
    write(tmp_path / name, scene)
    assert run(tmp_path / name, tmp_path / 'out') == 0
    made = cv2.imread(str(tmp_path / 'out' / Path(name).with_suffix('.png')))[..., 0]
    assert levels(made) == int(made.max()) - int(made.min()) + 1 > 100
    write_png(tmp_path / 'eight.png', (scene >> 8).astype(np.uint8))
    assert run(tmp_path / 'eight.png', tmp_path / 'out8') == 0
    assert levels(cv2.imread(str(tmp_path / 'out8' / 'eight.png'))) < 12


def test_two_of_one_name_are_both_converted_and_say_which_is_which(tmp_path):
    pytest.importorskip('rawpy', reason='camera RAW needs rawpy: pip install rawpy')
    root, scene = tmp_path / 'in', dark_scene(32, 48)
    root.mkdir()
    write_png(root / 'rgb16.png', scene)
    tifffile.imwrite(root / 'rgb16.tif', scene, photometric='rgb')
    write_dng(root / 'photo.DNG', scene[..., 0])
    cv2.imwrite(str(root / 'photo.jpg'), draw_picture())
    write_png(root / 'alone.png', scene)
    assert run(root, tmp_path / 'out') == 0
    names = {'rgb16.png.png', 'rgb16.tif.png', 'photo.DNG.png', 'photo.jpg.png', 'alone.png'}
    assert {p.name for p in (tmp_path / 'out').glob('*.png')} == names
    same = [cv2.imread(str(tmp_path / 'out' / f'rgb16.{kind}.png')) for kind in ('png', 'tif')]
    np.testing.assert_array_equal(*same)


def test_bits_are_of_the_settings_and_8_goes_on_with_what_earlier_releases_made(tmp_path, capsys):
    write_png(tmp_path / 'a.png', dark_scene())
    assert run(tmp_path / 'a.png', tmp_path / 'out') == 0
    note = tmp_path / 'out' / '.wiid_light.json'
    settings = json.loads(note.read_text())
    assert settings.pop('bits') == 8
    assert (settings.pop('brightness'), settings.pop('max_gain')) == (0.4, 64)
    note.write_text(json.dumps(settings))
    assert run(tmp_path / 'a.png', tmp_path / 'out', '--bits', 8) == 0
    assert '0 made, 1 were there' in capsys.readouterr().out
    assert run(tmp_path / 'a.png', tmp_path / 'out', '--bits', 16) == 1
    assert 'bits was 8 and is now 16' in capsys.readouterr().err
    assert run(tmp_path / 'a.png', tmp_path / 'out', '--bits', 16, '--overwrite') == 0
    assert run(tmp_path / 'a.png', tmp_path / 'out', '--bits', 16) == 0
    assert '0 made, 1 were there' in capsys.readouterr().out


def test_brightness_and_gain_are_those_of_the_curve_and_of_the_settings(tmp_path, capsys):
    write_png(tmp_path / 'a.png', ramp(1 / 256))
    light = torch.from_numpy(read_image(tmp_path / 'a.png')).permute(2, 0, 1)[None]
    options = ('--brightness', 0.6, '--max-gain', 1024)
    assert run(tmp_path / 'a.png', tmp_path / 'out', *options) == 0
    made = cv2.imread(str(tmp_path / 'out' / 'a.png'))
    expected = lowlight.enhance(light, 0.6, 1024)[0].permute(1, 2, 0).numpy() * 255
    assert np.abs(made - expected).max() < 0.51 and made.max() > 200
    assert abs(made.mean() / 255 - 0.6) < 0.02
    assert run(tmp_path / 'a.png', tmp_path / 'out', *options) == 0
    assert '0 made, 1 were there' in capsys.readouterr().out
    assert run(tmp_path / 'a.png', tmp_path / 'out') == 1
    assert 'brightness was 0.6 and is now 0.4, max_gain was 1024.0' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (('--brightness', 1), 'between 0 and 1'),
        (('--max-gain', 0.5), '1 or more'),
        (('--max-gain', 'nan'), '1 or more'),
        (('--method', 'zero-dce', '--max-gain', 64), 'zero-dce has no such settings'),
    ],
)
def test_settings_of_the_curve_that_cannot_be(tmp_path, capsys, options, message):
    with pytest.raises(SystemExit):
        run(tmp_path, tmp_path / 'out', *options)
    assert message in capsys.readouterr().err


def test_16_bits_in_jpeg_are_refused(tmp_path, capsys):
    with pytest.raises(SystemExit):
        run(tmp_path, tmp_path / 'out', '--bits', 16, '--jpeg')
    assert 'JPEG holds 8 bits' in capsys.readouterr().err


def test_images_of_one_size_and_other_depths_do_not_mix_in_a_batch(tmp_path):
    root, scene = tmp_path / 'in', dark_scene()
    root.mkdir()
    for i in range(2):
        write_png(root / f'{i}_eight.png', (scene >> 4).astype(np.uint8))
        write_png(root / f'{i}_sixteen.png', scene)
    jobs = make_plan(root, tmp_path / 'out', '.png').jobs
    assert not any(o.reason for o in convert_images(jobs, Relight(build_enhancer(), 'cpu', 0, 4)))
    for job in jobs:
        expected = brightened(read_image(job.source)) * 255
        assert np.abs(cv2.imread(str(job.target)) - expected).max() < 0.51


def test_darken_takes_them_too(tmp_path):
    write_png(tmp_path / 'deep.png', dark_scene(top=0.9))
    assert run(tmp_path / 'deep.png', tmp_path / 'out', tool=darken) == 0
    assert 0 < cv2.imread(str(tmp_path / 'out' / 'deep.png')).mean() < 110


@pytest.mark.parametrize('size', [(1, 1), (300, 1), (1, 300)])
def test_report_scores_deep_and_tiny_images_without_a_warning(tmp_path, capfd, recwarn, size):
    write_png(tmp_path / 'a.png', np.full((*size, 3), 900, np.uint16))
    assert run(tmp_path / 'a.png', tmp_path / 'out', '--report', '--bits', 16) == 0
    out, err = capfd.readouterr()
    assert '| brightness' in out and 'Warning' not in err and not recwarn.list
