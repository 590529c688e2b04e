"""The line that logs other toolboxes to TensorBoard logs Ultralytics there, too."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from wiid_plugins.compose import backends
from wiid_plugins.yolo import test, train
from yolo_toy import write_config, write_set

ROOT = Path(__file__).resolve().parents[2]
LINE = "\nvisualizer = dict(vis_backends=[dict(type='TensorboardVisBackend')])\n"


@pytest.fixture(scope='module')
def work(tmp_path_factory):
    """The work dir of a training in a process of its own: under pytest Ultralytics logs nothing."""
    root = write_set(tmp_path_factory.mktemp('set'), n=4)
    config = write_config(root)
    config.write_text(config.read_text() + LINE)
    env = {k: v for k, v in os.environ.items() if k != 'PYTEST_CURRENT_TEST'}
    env |= dict(PYTHONPATH=str(ROOT), YOLO_CONFIG_DIR=str(root / 'settings'))
    command = [sys.executable, 'tools/train.py', config, '--work-dir', root / 'work']
    subprocess.run([*command, '--device', 'cpu'], cwd=ROOT, env=env, check=True)
    return root / 'work'


def test_the_event_file_holds_losses_rates_and_scores(work):
    found = EventAccumulator(str(work / 'train')).Reload()
    with (work / 'train/results.csv').open() as stream:
        (row,) = csv.DictReader(stream)
    names = [n for n in row if n not in ('epoch', 'time')]
    assert {'train/night_loss', 'train/byol_loss', 'metrics/mAP50(B)', 'lr/pg0'} <= set(names)
    for name in names:
        event = found.Scalars(name)[0]  # the best epoch is scored again at the end
        assert event.value == pytest.approx(float(row[name]), rel=1e-3, abs=1e-5)


def test_the_settings_of_the_user_stay_as_they_are(work):
    (settings,) = (work.parent / 'settings').rglob('settings.json')
    assert json.loads(settings.read_text())['tensorboard'] is False


@pytest.mark.parametrize('drawn', [True, False])
def test_one_key_switches_the_pictures_of_a_test(work, monkeypatch, drawn):
    plots = []
    monkeypatch.setattr(test, 'score', lambda validator: plots.append(validator.args.plots) or {})
    paths = [str(work.parent / 'tiny.py'), str(work / 'train/weights/last.pt')]
    test.main([*paths, '--work-dir', str(work), '--cfg-options', f'wiid.pictures={drawn}'])
    assert plots == [drawn] * 4


def test_without_tensorboard_the_command_is_named(work, monkeypatch):
    monkeypatch.setattr(backends, 'find_spec', lambda name: None)
    config = str(work.parent / 'tiny.py')
    with pytest.raises(SystemExit, match='error: .*pip install tensorboard'):
        train.main([config, '--work-dir', str(work.parent / 'other')])
