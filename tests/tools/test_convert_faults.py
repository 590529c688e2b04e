"""Files that are odd, damaged or badly named: they work or are listed, and the rest is done."""

import os
import re
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from pictures import draw_picture
from tools import darken, enhance
from wiid_plugins.translation.zero_dce import CurveNetwork

ENHANCE = Path(__file__).parents[2] / 'tools' / 'enhance.py'
DARK = np.ascontiguousarray(draw_picture(17, 31)[..., ::-1] // 4)


@pytest.fixture
def root(tmp_path):
    """Folder ``in`` with a dark picture."""
    (tmp_path / 'in').mkdir()
    Image.fromarray(DARK).save(tmp_path / 'in' / 'ok.png')
    return tmp_path


def run(root, *args, tool=enhance):
    return tool.main([str(root / 'in'), str(root / 'out'), *map(str, args)])


def made(root):
    files = (p for p in (root / 'out').rglob('*') if p.is_file())
    names = {p.relative_to(root / 'out').as_posix() for p in files}
    return {name for name in names if '.wiid_light' not in name}


def test_a_picture_too_wide_for_jpeg_is_listed_and_the_rest_is_done(root, capsys):
    Image.new('RGB', (65501, 2), (9, 9, 9)).save(root / 'in' / 'wide.png')
    assert run(root, '--jpeg') == 1
    text = f'failed: {root / "in" / "wide.png"}: 65501 x 2 px are too many for .jpg'
    assert text in capsys.readouterr().err
    assert made(root) == {'ok.jpg'}
    assert enhance.main([str(root / 'in'), str(root / 'png')]) == 0


@pytest.mark.parametrize('tool', [enhance, darken])
def test_names_that_are_not_utf8_are_kept(root, tool, capsys):
    name = os.fsencode(root / 'in') + b'/\xff\xfe.png'
    os.link(root / 'in' / 'ok.png', name)
    os.link(root / 'in' / 'ok.png', os.fsencode(root / 'in') + b'/\xfd.bmp.txt')
    Path(os.fsdecode(name.replace(b'\xfe', b'\xfd'))).write_bytes(b'damaged')
    assert run(root, tool=tool) == 1
    assert {os.fsencode(name) for name in made(root)} == {b'ok.png', b'\xff\xfe.png'}
    out, err = capsys.readouterr()
    assert '2 made' in out and r'\udcff\udcfd.png: not readable' in err
    assert run(root, tool=tool) == 1
    assert '0 made, 2 were there' in capsys.readouterr().out


@pytest.mark.parametrize(
    'name',
    ['a\nb', '100%d', '😀', 'a\x1b[31m', ' ', '-x', 'a:b', 'é', '#?&', 'x' * 251, 'y' * 240],
)
def test_odd_names_are_kept_and_said_on_one_line(root, name, capsys):
    Image.fromarray(DARK).save(root / 'in' / f'{name}.png')
    assert run(root) == 0
    assert made(root) == {'ok.png', f'{name}.png'}
    (root / 'in' / f'{name}.png').write_bytes(b'damaged')
    assert enhance.main([str(root / 'in'), str(root / 'other')]) == 1
    listed = capsys.readouterr().err.splitlines()[-1]
    assert listed.startswith('failed: ') and listed.endswith(
        'not readable as a picture (cannot identify image file); replace or remove the file'
    )
    assert listed.isprintable()


def test_two_inputs_of_one_stem_become_two_outputs_that_say_which(root, capsys):
    for name, level in (('a.png', 10), ('a.bmp', 40), ('a.png.png', 90)):
        Image.new('RGB', (9, 9), (level,) * 3).save(root / 'in' / name)
    assert run(root) == 0
    assert made(root) == {'ok.png', 'a.png.png', 'a.bmp.png', 'a.png.png.png'}
    for name in ('a.png', 'a.bmp', 'a.png.png'):
        assert enhance.main([str(root / 'in' / name), str(root / name.replace('.', '_'))]) == 0
        (alone,) = (root / name.replace('.', '_')).glob('a*.png')
        assert alone.read_bytes() == (root / 'out' / f'{name}.png').read_bytes()
    assert run(root, '--report') == 0
    assert '0 made, 4 were there' in capsys.readouterr().out


def test_a_folder_with_the_name_of_an_output_is_no_hindrance(root):
    (root / 'in' / 'ok.png.d').mkdir()
    (root / 'in' / 'a.png').mkdir()
    for name in ('a.png/b.png', 'a.bmp'):
        Image.fromarray(DARK).save(root / 'in' / name)
    assert run(root) == 0
    assert made(root) == {'ok.png', 'a.png/b.png', 'a.bmp.png'}


def test_other_kinds_are_named_with_the_mend(root, capsys):
    for name in ('a.JXL', 'b.jxl', 'c.flv', 'd.txt', 'e'):
        (root / 'in' / name).touch()
    assert run(root) == 0
    out = capsys.readouterr().out
    assert '5 other files ignored (2 .jxl, 1 without suffix, 1 .flv, 1 .txt)' in out
    assert re.search(r'\.jxl: pictures .* save them as JPEG, PNG or TIFF', out)
    assert re.search(r'\.flv: clips .* ffmpeg -i FILE FILE.mp4', out)
    (root / 'in' / 'ok.png').unlink()
    assert run(root) == 1
    assert '2 .jxl' in (err := capsys.readouterr().err) and 'save them as JPEG' in err


@pytest.mark.parametrize(('suffix', 'what'), [('.png', '4 frames'), ('.tif', '4 pages')])
def test_that_only_the_first_frame_is_taken_is_said(root, suffix, what, capsys):
    frames = [Image.new('RGB', (9, 9), (20 * i, 9, 9)) for i in range(1, 5)]
    frames[0].save(
        root / 'in' / f'a{suffix}', save_all=True, append_images=frames[1:], lossless=True
    )
    assert run(root) == 0
    note = f'note: {root / "in" / "a"}{suffix}: only the first of its {what} is taken'
    assert note in (err := capsys.readouterr().err) and err.count('note: ') == 1
    first, alone = root / 'out' / 'a.png', root / 'alone'
    frames[0].save(root / 'first.png')
    assert enhance.main([str(root / 'first.png'), str(alone)]) == 0
    found, wanted = cv2.imread(str(first)), cv2.imread(str(alone / 'first.png'))
    np.testing.assert_array_equal(found, wanted)


def test_links_in_circles_pipes_and_empty_files_are_listed(root, capsys):
    inputs = root / 'in'
    (inputs / 'self.png').symlink_to('self.png')
    (inputs / 'gone.mp4').symlink_to('nothing')
    (inputs / 'folder').symlink_to('folder')
    for name in ('pipe.png', 'pipe.mkv'):
        os.mkfifo(inputs / name)
    for name in ('empty.png', 'empty.avi'):
        (inputs / name).touch()
    for here, there in (('p', 'q'), ('q', 'p')):
        (inputs / here).mkdir()
        (inputs / here / 'over').symlink_to(inputs / there)
    Image.fromarray(DARK).save(inputs / 'q' / 'x.png')
    assert run(root) == 1
    err = capsys.readouterr().err
    for name in ('self.png', 'gone.mp4', 'pipe.png', 'pipe.mkv'):
        assert f'{inputs / name}: is no regular file' in err
    for name in ('empty.png', 'empty.avi'):
        assert f'{inputs / name}: is empty' in err
    assert made(root) == {'ok.png', 'q/x.png', 'p/over/x.png'}


def test_an_output_folder_that_a_link_leads_to_is_no_input(root, capsys):
    (root / 'in' / 'link').symlink_to(root)
    (root / 'in' / 'direct').symlink_to(root / 'out')
    for _ in range(2):
        assert run(root) == 0
    assert made(root) == {'ok.png'}
    assert '0 made, 1 were there' in capsys.readouterr().out


@pytest.mark.parametrize('target', ['nowhere', 'out'])
def test_an_output_folder_that_is_a_link_to_nothing_is_named(root, target, capsys):
    (root / 'out').symlink_to(target)
    assert run(root) == 1
    assert f'error: {root / "out"}: is a link to nothing' in capsys.readouterr().err


def test_an_output_whose_place_is_taken_is_listed_and_the_rest_is_done(root, capsys):
    Image.fromarray(DARK).save(root / 'in' / 'a.bmp')
    assert run(root) == 0
    (root / 'out' / 'a.png').unlink()
    (root / 'out' / 'a.png').mkdir()
    Image.fromarray(DARK).save(root / 'in' / 'b.bmp')
    assert run(root) == 1
    assert f'a.bmp: cannot be written as {root / "out" / "a.png"}: Is a' in capsys.readouterr().err
    assert (root / 'out' / 'b.png').is_file()


def test_a_terminal_without_unicode_ends_no_run(root):
    Image.fromarray(DARK).save(root / 'é.png')
    command = [sys.executable, ENHANCE, root / 'é.png', root / 'ü']
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, 'PYTHONIOENCODING': 'ascii'}
    )
    assert done.returncode == 0 and r'\xfc: 1 made' in done.stdout


def test_a_network_that_gives_no_numbers_makes_no_black_pictures(root, capsys):
    state = {name: tensor * 1e30 for name, tensor in CurveNetwork(4).state_dict().items()}
    torch.save(state, root / 'w.pth')
    assert run(root, '--method', 'zero-dce', '--weights', root / 'w.pth') == 1
    assert 'ok.png: the network gives NaN or infinity' in capsys.readouterr().err
    assert made(root) == set()


@pytest.mark.parametrize('content', [b'', b'i am text', b'import torch', b'\x80', None])
def test_files_that_are_no_weights_are_named(root, content, capsys):
    file = root / 'w.pth'
    torch.save(CurveNetwork(4).state_dict(), file)
    file.write_bytes(file.read_bytes()[:2000] if content is None else content)
    assert run(root, '--method', 'zero-dce', '--weights', file) == 1
    err = capsys.readouterr().err
    assert err.startswith('error: ') and f'{file}: ' in err
    assert 'wanted is' in err or 'save its state dict' in err.lower()
    assert not (root / 'out').exists()
