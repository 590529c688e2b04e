"""The launcher finds the toolbox, or ends with a sentence."""

import runpy
import sys

import pytest

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


def test_a_missing_config_is_named(monkeypatch, tmp_path):
    text = ends_with_a_sentence(monkeypatch, tmp_path / 'none.py')
    assert 'none.py: there is no such config' in text and 'configs/' in text


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
