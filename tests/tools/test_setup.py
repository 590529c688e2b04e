"""The set-up tells what it cannot work with, leaves nothing half-done behind, and goes on."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Stands for the interpreter of a .venv: pip does as PIP says, imports work once it has run.
INTERPRETER = """#!/bin/sh
case "$*" in
    -V) echo "Python 3.12.1" ;;
    "-m venv .venv") mkdir -p .venv/bin; cp "$0" .venv/bin/python ;;
    *"pip --version") exit 0 ;;
    *"pip "*"install"*) echo "$*" >>pip.txt; {pip} ;;
    *"import sys, venv"*) exit {fits} ;;
    *"import "*) [ -e pip.txt ] || exit 1; {imports} ;;
esac
"""


@pytest.fixture
def checkout(tmp_path):
    """An empty checkout with the set-up in it, and stand-ins for what it calls."""
    (tmp_path / 'tools').mkdir()
    for name in ('tools/setup.sh', 'requirements.txt', 'pyproject.toml'):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / 'bin').mkdir()
    for name in (
        'bash',
        'cat',
        'cksum',
        'awk',
        'df',
        'tail',
        'grep',
        'rm',
        'cp',
        'mkdir',
        'dirname',
    ):
        (tmp_path / 'bin' / name).symlink_to(shutil.which(name))
    return tmp_path


def command(path, **behaviour):
    text = INTERPRETER.format(**{'pip': 'true', 'fits': 0, 'imports': 'true', **behaviour})
    path.write_text(text.replace('#!/bin/sh', f'#!{shutil.which("sh")}'))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def setup(checkout, **environment):
    done = subprocess.run(
        [checkout / 'bin/bash', 'tools/setup.sh'],
        cwd=checkout,
        env={'PATH': str(checkout / 'bin'), 'HOME': os.environ.get('HOME', '/'), **environment},
        capture_output=True,
        text=True,
    )
    assert 'Traceback' not in done.stderr
    return done.returncode, done.stdout, done.stderr


def test_a_second_run_does_nothing(checkout):
    command(checkout / 'bin/python3')
    code, said, _ = setup(checkout)
    assert code == 0 and [f'{n}/4' in said for n in (1, 2, 3, 4)] == [True] * 4
    calls = (checkout / 'pip.txt').read_text()
    assert 'torch==' in calls and 'torchvision==' in calls and '-e .[dev,deploy]' in calls
    assert setup(checkout) == (0, '', '')
    assert (checkout / 'pip.txt').read_text() == calls


def test_another_interpreter_is_taken_where_python3_does_not_fit(checkout):
    command(checkout / 'bin/python3', fits=1)
    command(checkout / 'bin/python3.12')
    code, said, _ = setup(checkout)
    assert code == 0 and 'making .venv with python3.12 (Python 3.12.1)' in said


@pytest.mark.parametrize(
    'asked, words',
    [
        ({}, ['no Python 3.10 to 3.14', 'apt-get install python3', 'PYTHON=']),
        ({'PYTHON': 'python3.9'}, ['PYTHON=python3.9', 'does not fit', '3.10 to 3.14']),
        ({'PYTHON': 'python7'}, ['PYTHON=python7', 'not on the PATH']),
    ],
)
def test_an_interpreter_that_does_not_fit_is_named(checkout, asked, words):
    command(checkout / 'bin/python3', fits=1)
    command(checkout / 'bin/python3.9', fits=1)
    code, _, fault = setup(checkout, **asked)
    assert code == 1 and [w for w in words if w not in fault] == []
    assert not (checkout / '.venv').exists()


@pytest.mark.parametrize(
    'pip, words',
    [
        (
            'echo "OSError: [Errno 28] No space left on device"; exit 1',
            ['disk is full', 'make room'],
        ),
        ('echo "NewConnectionError: no"; exit 1', ['index cannot be reached', 'network']),
        (
            'echo "Hash of the wheel differs"; exit 1',
            ['Hash of the wheel differs', '.venv/setup.log'],
        ),
    ],
)
def test_what_stops_pip_is_told_and_the_next_run_goes_on(checkout, pip, words):
    command(checkout / 'bin/python3', pip=pip)
    code, _, fault = setup(checkout)
    assert code == 1 and [w for w in words if w not in fault] == []
    command(checkout / '.venv/bin/python')
    code, said, _ = setup(checkout)
    assert code == 0 and '1/4' not in said and 'done in' in said


def test_packages_that_do_not_work_together_are_told(checkout):
    command(checkout / 'bin/python3', imports='echo "ImportError: libGL.so.1: not found"; exit 1')
    code, _, fault = setup(checkout)
    assert code == 1 and 'ImportError: libGL.so.1: not found' in fault
    assert not (checkout / '.venv/.wiid-setup').exists()


def test_a_full_disk_is_told_before_anything_is_made(checkout):
    command(checkout / 'bin/python3')
    (checkout / 'bin/df').unlink()
    (checkout / 'bin/df').write_text(f'#!{shutil.which("sh")}\necho; echo d 9 9 1048576 9% /\n')
    (checkout / 'bin/df').chmod(0o755)
    code, _, fault = setup(checkout)
    assert code == 1 and '1 GB free' in fault and '8 GB' in fault
    assert not (checkout / '.venv').exists()


@pytest.mark.parametrize('harm', ['half', 'copied', 'older'])
def test_a_venv_that_cannot_be_used_is_made_anew(checkout, tmp_path, harm):
    command(checkout / 'bin/python3')
    assert setup(checkout)[0] == 0
    if harm == 'half':
        (checkout / '.venv/bin/python').unlink()
    elif harm == 'copied':
        checkout = Path(shutil.copytree(checkout, tmp_path / 'copy', symlinks=True))
    else:
        (checkout / '.venv/.wiid-home').unlink()
    code, said, _ = setup(checkout)
    assert code == 0 and 'it is made anew' in said and '1/4' in said
    assert setup(checkout) == (0, '', '')


def test_another_interpreter_that_is_asked_for_makes_the_venv_anew(checkout):
    command(checkout / 'bin/python3')
    assert setup(checkout)[0] == 0
    command(checkout / 'bin/python3.13')
    text = (checkout / 'bin/python3.13').read_text().replace('3.12.1', '3.13.0')
    (checkout / 'bin/python3.13').write_text(text)
    code, said, _ = setup(checkout, PYTHON='python3.13')
    assert code == 0 and 'has Python 3.12.1, and PYTHON is Python 3.13.0' in said


def test_the_package_that_is_installed_here_is_this_checkout():
    done = subprocess.run(
        [sys.executable, '-c', 'import wiid_plugins; print(wiid_plugins.__file__)'],
        cwd='/',
        capture_output=True,
        text=True,
    )
    assert Path(done.stdout.strip()) == ROOT / 'wiid_plugins/__init__.py'
