"""The launcher finds the toolbox, or ends with a sentence."""

import platform
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from wiid_plugins.engine.classes import compare
from wiid_plugins.launch import hand_over


def launch(monkeypatch, *arguments, job='train'):
    started = []
    monkeypatch.setattr(sys, 'argv', [f'tools/{job}.py', *map(str, arguments)])
    monkeypatch.setattr(runpy, 'run_path', lambda path, run_name: started.append(path))
    hand_over(job)
    return started


def ends_with_a_sentence(monkeypatch, *arguments):
    with pytest.raises(SystemExit) as end:
        launch(monkeypatch, *arguments)
    assert isinstance(end.value.code, str)
    return end.value.code


@pytest.mark.parametrize('toolbox', ['mmpretrain', 'mmdet', 'mmaction'])
@pytest.mark.parametrize('job', ['train', 'test'])
def test_hands_over_to_the_toolbox_of_the_config(monkeypatch, tmp_path, toolbox, job):
    config = tmp_path / 'some.py'
    config.write_text(f"default_scope = '{toolbox}'\n")
    (script,) = launch(monkeypatch, config, '--amp', job=job)
    assert script.endswith(f'{toolbox}/.mim/tools/{job}.py')


@pytest.mark.parametrize('job', ['train', 'test'])
def test_ultralytics_gets_the_scripts_of_this_package(monkeypatch, tmp_path, job):
    config = tmp_path / 'some.py'
    config.write_text("default_scope = 'ultralytics'\n")
    (script,) = launch(monkeypatch, config, job=job)
    assert script.endswith(f'wiid_plugins/yolo/{job}.py') and Path(script).is_file()


@pytest.mark.skipif(not torch.set_flush_denormal(False), reason='the CPU cannot flush')
def test_numbers_too_small_for_speed_become_zero(monkeypatch, tmp_path):
    config = tmp_path / 'some.py'
    config.write_text("default_scope = 'mmpretrain'\n")
    tiny = torch.tensor([1e-30])
    assert (tiny * 1e-10).item() > 0
    launch(monkeypatch, config)
    assert (tiny * 1e-10).item() == 0


@pytest.mark.parametrize('ours', [True, False])
def test_what_this_package_refuses_ends_without_a_traceback(monkeypatch, tmp_path, ours):
    config = tmp_path / 'some.py'
    config.write_text("default_scope = 'mmpretrain'\n")

    def run(path, run_name):
        compare('training set', ['a', 'b'], 'night', ['a'] if ours else ['x'])

    monkeypatch.setattr(sys, 'argv', ['tools/train.py', str(config)])
    monkeypatch.setattr(runpy, 'run_path', run)
    if ours:
        with pytest.raises(SystemExit, match="error: night: its classes .*missing: 'b'"):
            hand_over('train')
    else:
        monkeypatch.setattr('wiid_plugins.engine.classes.check_classes', lambda *_: int('x'))
        with pytest.raises(ValueError, match='invalid literal'):
            hand_over('train')


def test_a_missing_config_is_named(monkeypatch, tmp_path):
    text = ends_with_a_sentence(monkeypatch, tmp_path / 'none.py')
    assert 'none.py: there is no such config' in text and 'configs/' in text


def test_a_base_that_does_not_come_along_is_named(monkeypatch, tmp_path):
    config = tmp_path / 'some.py'
    config.write_text("_base_ = 'wiid_plugins::_base_/wid_det.py'\n")
    text = ends_with_a_sentence(monkeypatch, config)
    assert text.startswith('error: no config _base_/wid_det.py') and '_base_/wiid_det.py' in text


@pytest.mark.parametrize('content', ['model = dict()\n', "default_scope = 'mmseg'\n"])
def test_a_config_without_a_known_toolbox_is_named(monkeypatch, tmp_path, content):
    config = tmp_path / 'some.py'
    config.write_text(content)
    text = ends_with_a_sentence(monkeypatch, config)
    assert 'some.py: default_scope is' in text and 'mmpretrain, mmdet, mmaction' in text


def test_no_config_gives_the_usage_and_help_the_options(monkeypatch, capsys):
    assert ends_with_a_sentence(monkeypatch).startswith('usage: tools/train.py CONFIG')
    (script,) = launch(monkeypatch, '--help')
    assert 'mmpretrain' in script and 'default_scope' in capsys.readouterr().out


FILL = """
import resource, torch
from wiid_plugins.launch import spare_cpu
spare_cpu()
for _ in range(20):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.ones(2**24)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(
    platform.libc_ver()[0] != 'glibc' or torch.cuda.is_available(), reason='of glibc and a CPU'
)
def test_memory_of_one_step_is_there_for_the_next():
    """What lies in the way can cost a few more blocks, once each; from then on none is asked for."""
    done = subprocess.run([sys.executable, '-c', FILL], capture_output=True, text=True)
    pages = list(map(int, done.stdout.split()))  # that the system had to give
    assert len(pages) == 20 and pages[0] > 1000 and sum(pages[10:]) < pages[0] / 100
