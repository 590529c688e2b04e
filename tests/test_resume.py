"""A training that was killed and resumed goes on as if nothing had happened."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from wiid_plugins.compose import read_config

ROOT = Path(__file__).resolve().parents[1]
PER_EPOCH = 8  # 2 classes x 8 pictures, batches of 2
LOSSES = ('loss', 'day.loss', 'night.loss', 'loss_byol', 'loss_mmd')


def write_pictures(folder):
    random = np.random.default_rng(0)
    for name, high in (('train/a', 256), ('train/b', 200), ('dark/x', 30)):
        (folder / name).mkdir(parents=True)
        for i in range(8):
            picture = random.integers(0, high, (16, 16, 3), dtype=np.uint8)
            cv2.imwrite(str(folder / name / f'{i}.png'), picture)


def write_config(folder):
    """The demo's WiiD config with all of the method on, on 2 classes and a narrow network."""
    config = read_config(ROOT / 'configs/demo/resnet18_wiid_demo.py')
    stock = config.model.classifier
    stock.backbone.update(stem_channels=8, base_channels=8)
    stock.head.update(num_classes=2, in_channels=64)
    config.model.data_preprocessor.preprocessor.num_classes = 2
    loader = config.train_dataloader
    loader.update(batch_size=2, num_workers=1)
    loader.dataset.dataset.data_prefix = str(folder / 'train')
    loader.dataset.dark.data_prefix = str(folder / 'dark')
    for name in ('dataloader', 'cfg', 'evaluator'):
        config[f'val_{name}'] = config[f'test_{name}'] = None
    config.train_cfg = dict(by_epoch=True, max_epochs=3)
    config.default_hooks.logger.interval = config.default_hooks.checkpoint.interval = 1
    config.log_processor = dict(window_size=1)  # a loss as it is, not its running mean
    config.dump(folder / 'config.py')


def start(folder, work_dir, *arguments):
    command = [sys.executable, '-W', 'ignore', str(ROOT / 'tools/train.py')]
    command += [str(folder / 'config.py'), '--work-dir', str(work_dir), *arguments]
    environment = {**os.environ, 'OMP_NUM_THREADS': '1', 'PYTHONPATH': str(ROOT)}
    with (folder / f'{work_dir.name}.log').open('a') as log:
        return subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=folder)


def end(process, folder, name):
    assert process.wait(timeout=240) == 0, (folder / f'{name}.log').read_text()[-3000:]


def logged(work_dir, run=-1):
    """Iteration -> losses of one run in a work folder."""
    files = sorted(work_dir.glob('*/vis_data/scalars.json'))
    if not files:
        return {}
    lines = files[run].read_text().splitlines(keepends=True)
    rows = [json.loads(line) for line in lines if line.endswith('\n')]
    return {r['step']: [r[k] for k in LOSSES] for r in rows if 'loss' in r}


def kill_in_second_epoch(process, work_dir):
    limit = time.monotonic() + 240
    while max(logged(work_dir), default=0) <= PER_EPOCH:
        assert process.poll() is None and time.monotonic() < limit
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


@pytest.fixture(scope='module')
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp('resume')
    write_pictures(folder)
    write_config(folder)
    killed, whole = folder / 'killed', folder / 'whole'
    processes = {w: start(folder, w) for w in (killed, whole)}
    try:
        kill_in_second_epoch(processes[killed], killed)
        assert (killed / 'last_checkpoint').read_text().endswith('epoch_1.pth')
        before = logged(killed)
        resumed = processes['resumed'] = start(folder, killed, '--resume')
        end(processes[whole], folder, 'whole')
        end(resumed, folder, 'killed')
    finally:
        for process in processes.values():
            process.kill()
    return before, logged(killed), logged(whole), (folder / 'killed.log').read_text()


def test_losses_after_resume_equal_those_of_an_unbroken_run_exactly(runs):
    before, after, whole, log = runs
    assert max(before) < 2 * PER_EPOCH and list(whole) == list(range(1, 3 * PER_EPOCH + 1))
    assert list(after) == list(range(PER_EPOCH + 1, 3 * PER_EPOCH + 1))
    assert {step: whole[step] for step in after} == after
    assert {step: whole[step] for step in before} == before
    assert len({tuple(v) for v in whole.values()}) == len(whole)
    assert 'unlabelled_dark' in log
