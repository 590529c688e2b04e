"""A second run makes again what has another input than before, and nothing else."""

import os
import shutil
import time

import cv2
import numpy as np
import pytest

from pictures import draw_picture
from tools import enhance


@pytest.fixture
def made(tmp_path):
    """Two dark pictures of ``in``, brightened in ``out``."""
    (tmp_path / 'in').mkdir()
    for seed, name in enumerate(('a', 'b')):
        cv2.imwrite(str(tmp_path / 'in' / f'{name}.png'), draw_picture(seed=seed) // 4)
    assert run(tmp_path) == 0
    return tmp_path


def run(root, *args):
    return enhance.main([str(root / 'in'), str(root / 'out'), *args])


def output(root, name='a.png'):
    return cv2.imread(str(root / 'out' / name))


def age(file, seconds):
    """Set a file's time of change, in seconds from now."""
    then = time.time_ns() + seconds * 10**9
    os.utime(file, ns=(then, then))


@pytest.mark.parametrize('seconds', [-(10**8), 3600])
def test_an_input_replaced_by_an_older_or_newer_file_is_converted_again(made, capsys, seconds):
    source, kept = made / 'in' / 'a.png', (made / 'out' / 'b.png').stat().st_mtime_ns
    cv2.imwrite(str(source), draw_picture(seed=7) // 4)
    age(source, seconds)
    before = output(made)
    assert run(made) == 0
    assert '1 made, 1 were there, 0 failed' in capsys.readouterr().out
    again = output(made)
    assert not np.array_equal(again, before)
    shutil.rmtree(made / 'out')
    assert run(made) == 0
    np.testing.assert_array_equal(again, output(made))
    assert (made / 'out' / 'b.png').stat().st_mtime_ns != kept
    assert run(made) == 0
    assert '0 made, 2 were there' in capsys.readouterr().out


def test_an_input_of_another_size_and_the_same_time_is_converted_again(made):
    source = made / 'in' / 'a.png'
    then = source.stat().st_mtime_ns
    cv2.imwrite(str(source), draw_picture(20, 20))
    os.utime(source, ns=(then, then))
    assert run(made) == 0
    assert output(made).shape == (20, 20, 3)


def test_an_output_does_not_outlive_an_input_that_got_damaged(made, capsys):
    (made / 'in' / 'a.png').write_bytes(b'damaged')
    assert run(made) == 1
    assert 'a.png: not readable as a picture' in capsys.readouterr().err
    assert not (made / 'out' / 'a.png').exists()


def test_outputs_of_a_release_without_notes_are_kept_and_noted_unless_older(made, capsys):
    notes = made / 'out' / '.wiid_light_inputs.jsonl'
    if notes.exists():
        notes.unlink()
    age(made / 'in' / 'a.png', 60)
    before = output(made)
    assert run(made) == 1
    assert f'{made / "out" / "a.png"} is older' in capsys.readouterr().err
    np.testing.assert_array_equal(output(made), before)
    assert 'b.png' in notes.read_text() and 'a.png' not in notes.read_text()


def test_a_line_that_was_left_in_part_is_no_note_and_spoils_none(made):
    notes = made / 'out' / '.wiid_light_inputs.jsonl'
    notes.write_bytes(notes.read_bytes() + b'["c.png", "c')
    cv2.imwrite(str(made / 'in' / 'c.png'), draw_picture(20, 20))
    assert run(made) == 0
    cv2.imwrite(str(made / 'in' / 'c.png'), draw_picture(30, 30))
    age(made / 'in' / 'c.png', -(10**8))
    assert run(made) == 0
    assert output(made, 'c.png').shape == (30, 30, 3)


def test_another_input_of_one_stem_takes_over(made):
    (made / 'in' / 'a.png').unlink()
    cv2.imwrite(str(made / 'in' / 'a.bmp'), draw_picture(20, 20))
    age(made / 'in' / 'a.bmp', -(10**8))
    assert run(made) == 0
    assert output(made).shape == (20, 20, 3)


@pytest.mark.parametrize('text', ['[1]', '5', '{"tool": ', '\xff'])
def test_a_damaged_manifest_is_named(made, capsys, text):
    (made / 'out' / '.wiid_light.json').write_bytes(text.encode('latin1'))
    assert run(made) == 1
    assert '.wiid_light.json: damaged; name another folder' in capsys.readouterr().err
    assert run(made, '--overwrite') == 0


def test_an_output_that_gets_another_name_does_not_stay_under_the_old_one(made):
    kept = output(made)
    cv2.imwrite(str(made / 'in' / 'a.bmp'), draw_picture(20, 20))
    assert run(made) == 0
    assert {p.name for p in (made / 'out').glob('*.png')} == {'a.png.png', 'a.bmp.png', 'b.png'}
    np.testing.assert_array_equal(output(made, 'a.png.png'), kept)
    (made / 'in' / 'a.png').unlink()
    assert run(made) == 0
    assert {p.name for p in (made / 'out').glob('*.png')} == {'a.png', 'a.png.png', 'b.png'}
    assert output(made).shape == (20, 20, 3)
