import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from pictures import draw_picture, rgb_unit
from tools import darken, enhance
from wiid_plugins.translation import build_enhancer
from wiid_plugins.translation.zero_dce import CurveNetwork

TOOLS = Path(__file__).parents[2] / 'tools'
TREE = {'a.png': (17, 31), 'b/c.png': (33, 20), 'b/d e.png': (17, 31), 'b/f/g.png': (17, 31)}


@pytest.fixture
def dark(tmp_path):
    root = tmp_path / 'dark'
    for seed, (name, size) in enumerate(TREE.items()):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(root / name), draw_picture(*size, seed) // 4)
    return root


def contents(folder):
    """Files by their path, without the notes of the tool."""
    files = [p for p in folder.rglob('*') if p.is_file() and not p.name.startswith('.wiid_light')]
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


def run(tool, *args):
    return tool.main([str(a) for a in args])


@pytest.fixture(scope='module')
def weights(tmp_path_factory):
    torch.manual_seed(0)
    network = CurveNetwork(8)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    file = tmp_path_factory.mktemp('weights') / 'zero_dce.pth'
    torch.save(network.state_dict(), file)
    return file


@pytest.mark.parametrize('batch', [1, 2])
def test_zero_dce_gives_the_same_tree_with_the_values_of_the_network(
    dark, tmp_path, weights, batch
):
    method = ['--method', 'zero-dce', '--weights', weights, '--batch', batch]
    assert run(enhance, dark, tmp_path / 'out', *method) == 0
    assert set(contents(tmp_path / 'out')) == set(TREE)
    light = build_enhancer('zero-dce', weights=weights)
    for name in TREE:
        before, after = (cv2.imread(str(root / name)) for root in (dark, tmp_path / 'out'))
        expected = light(rgb_unit(before))
        assert (rgb_unit(after) - expected).abs().max() < 0.5 / 255 + 1e-4
        assert (expected - rgb_unit(before)).abs().mean() > 0.01


def test_draws_depend_on_name_and_seed_alone(dark, tmp_path):
    shutil.copy(dark / 'a.png', dark / 'same.png')
    assert run(darken, dark, tmp_path / 'all') == 0
    assert run(darken, dark / 'same.png', tmp_path / 'one', '--batch', 3) == 0
    assert run(darken, dark, tmp_path / 'other', '--seed', 1) == 0
    everything = contents(tmp_path / 'all')
    assert contents(tmp_path / 'one') == {'same.png': everything['same.png']}
    assert everything['a.png'] != everything['same.png']
    assert all(everything[n] != data for n, data in contents(tmp_path / 'other').items())


def test_a_second_run_makes_only_what_is_missing(dark, tmp_path, capsys):
    out = tmp_path / 'out'
    assert run(enhance, dark, out) == 0
    before = contents(out)
    times = {n: (out / n).stat().st_mtime_ns for n in TREE}
    (out / 'b' / 'c.png').unlink()
    (out / 'b' / '.c.png.part').write_bytes(b'half')
    assert run(enhance, dark, out) == 0
    assert '1 made, 3 were there' in capsys.readouterr().out
    assert contents(out) == before
    changed = {n for n in TREE if (out / n).stat().st_mtime_ns != times[n]}
    assert changed == {'b/c.png'}


def test_killed_in_the_middle_and_started_again(tmp_path):
    for index in range(60):
        picture = cv2.resize(draw_picture(seed=index), (200, 150))
        (tmp_path / 'in').mkdir(exist_ok=True)
        cv2.imwrite(str(tmp_path / 'in' / f'{index}.png'), picture)
    assert run(darken, tmp_path / 'in', tmp_path / 'unbroken') == 0
    out = tmp_path / 'killed'
    command = [sys.executable, TOOLS / 'darken.py', tmp_path / 'in', out]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while process.poll() is None and len(list(out.glob('*.png'))) < 5:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert 5 <= len(list(out.glob('*.png'))) < 60
    assert run(darken, tmp_path / 'in', out) == 0
    assert contents(out) == contents(tmp_path / 'unbroken')


def test_what_cannot_be_read_is_listed_and_the_rest_is_done(dark, tmp_path, capsys):
    (dark / 'empty.jpg').touch()
    whole = cv2.imencode('.jpg', draw_picture())[1].tobytes()
    (dark / 'half.jpg').write_bytes(whole[: len(whole) // 2])
    (dark / 'text.jpg').write_text('not a picture')
    (dark / 'nothing.mp4').touch()
    Image.fromarray(np.full((8, 9), 5, np.float32)).save(dark / 'float.tif')
    cmyk = Image.fromarray(draw_picture()).convert('CMYK')
    cmyk.save(dark / 'cmyk.jpg')
    (dark / 'notes.txt').write_text('ignored')
    assert run(enhance, dark, tmp_path / 'out') == 1
    out, err = capsys.readouterr()
    assert '5 made, 0 were there, 5 failed, 1 other files ignored' in out
    assert set(contents(tmp_path / 'out')) == {*TREE, 'cmyk.png'}
    listed = [line for line in err.splitlines() if line.startswith('failed: ')]
    for name in ('empty.jpg', 'half.jpg', 'text.jpg', 'nothing.mp4', 'float.tif'):
        assert sum(f'{dark / name}: ' in line for line in listed) == 1


def test_two_processes_share_the_work(dark, tmp_path, monkeypatch):
    assert run(darken, dark, tmp_path / 'one') == 0
    made = []
    monkeypatch.setenv('WORLD_SIZE', '2')
    for rank in ('0', '1'):
        monkeypatch.setenv('RANK', rank)
        before = set(contents(tmp_path / 'two'))
        assert run(darken, dark, tmp_path / 'two') == 0
        made.append(set(contents(tmp_path / 'two')) - before)
    assert [len(names) for names in made] == [2, 2]
    assert contents(tmp_path / 'two') == contents(tmp_path / 'one')


def test_other_settings_are_refused_by_name_unless_overwriting(dark, tmp_path, weights, capsys):
    out = tmp_path / 'out'
    assert run(enhance, dark, out) == 0
    before = contents(out)
    zero_dce = ['--method', 'zero-dce', '--weights', weights]
    assert run(enhance, dark, out, *zero_dce) == 1
    assert "method was 'procedural' and is now 'zero-dce'" in capsys.readouterr().err
    assert run(darken, dark, out) == 1
    assert "tool was 'enhance' and is now 'darken'" in capsys.readouterr().err
    assert run(enhance, dark / 'b', out) == 1
    assert 'input was' in capsys.readouterr().err
    assert contents(out) == before
    assert run(enhance, dark, out, *zero_dce, '--overwrite') == 0
    after = contents(out)
    assert all(after[name] != before[name] for name in TREE)


def test_files_of_others_are_not_written_over(dark, tmp_path, capsys):
    out = tmp_path / 'out'
    out.mkdir()
    (out / 'a.png').write_bytes(b'mine')
    assert run(enhance, dark, out) == 1
    assert f'{out / "a.png"}: is there' in capsys.readouterr().err
    assert contents(out) == {'a.png': b'mine'}
    assert run(enhance, dark, out, '--overwrite') == 0
    assert set(contents(out)) == set(TREE)


@pytest.mark.parametrize(
    ('source', 'out', 'message'),
    [
        ('dark', 'dark', 'must not be the same'),
        ('dark', 'dark/b', 'lie in one another'),
        ('dark/b', 'dark', 'lie in one another'),
        ('dark/a.png', 'dark', 'must not be the same'),
        ('dark/a.png', 'new.png', 'OUT is a folder'),
        ('missing', 'out', 'no such file or folder'),
        ('dark/../none', 'out', 'no picture and no video'),
    ],
)
def test_places_that_make_no_sense_are_refused(dark, tmp_path, capsys, source, out, message):
    (tmp_path / 'none').mkdir()
    before = contents(tmp_path)
    assert run(enhance, tmp_path / source, tmp_path / out) == 1
    err = capsys.readouterr().err
    assert err.startswith('error: ') and message in err
    assert contents(tmp_path) == before


def test_weights_that_do_not_fit_end_in_a_sentence(dark, tmp_path, capsys, weights):
    zero_dce = ['--method', 'zero-dce']
    (tmp_path / 'text.pth').write_text('no weights')
    for args in (['--weights', weights], zero_dce, [*zero_dce, '--weights', tmp_path / 'text.pth']):
        assert run(enhance, dark, tmp_path / 'out', *args) == 1
        assert capsys.readouterr().err.startswith('error: ')
    assert not (tmp_path / 'out').exists()


def test_links_to_folders_are_followed_but_not_in_circles(dark, tmp_path):
    (tmp_path / 'elsewhere').mkdir()
    shutil.copy(dark / 'a.png', tmp_path / 'elsewhere' / 'x.png')
    (dark / 'link').symlink_to(tmp_path / 'elsewhere')
    (dark / 'b' / 'circle').symlink_to(dark)
    assert run(enhance, dark, tmp_path / 'out') == 0
    assert set(contents(tmp_path / 'out')) == {*TREE, 'link/x.png'}
