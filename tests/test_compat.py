"""The mends of upstream defects do what they say, and nothing beyond."""

import os
import pickle
import re

import cv2
import mmcv
import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer
from mmengine.runner import load_checkpoint

from toy import Line, make_runner
from wiid_plugins.compat import load_local, mend
from wiid_plugins.engine import SafeCheckpointHook

SCHEDULES = [
    dict(type='CosineAnnealingLR', T_max=4),
    dict(type='LinearLR', start_factor=0.1, end=2),
    dict(type='MultiStepLR', milestones=[2]),
    dict(type='PolyLR', power=0.9, end=4),
    dict(type='OneCycleLR', eta_max=0.1, total_steps=4),
    dict(type='ReduceOnPlateauLR', monitor='loss'),
]


@pytest.fixture(params=SCHEDULES, ids=lambda s: s['type'])
def written(request, tmp_path):
    """A checkpoint as a Runner writes it, with optimizer, schedule and log history."""
    schedule = {**request.param, 'by_epoch': True}
    saving = SafeCheckpointHook(interval=1)
    make_runner(tmp_path, epochs=1, checkpoint=saving, param_scheduler=schedule).train()
    return tmp_path / 'epoch_1.pth'


def test_a_runners_own_checkpoint_passes_the_safe_loader(written):
    loaded = load_local(str(written))
    assert {'state_dict', 'optimizer', 'param_schedulers', 'message_hub', 'meta'} <= set(loaded)
    history = loaded['message_hub']['log_scalars']['train/loss']
    assert isinstance(history, HistoryBuffer) and history.mean() > 0
    assert history.statistics('max') >= history.statistics('current')
    load_checkpoint(Line(), str(written))


class Run:
    """Runs a command when it is unpickled."""

    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        return os.system, (f'touch {self.file}',)


class Fetch:
    """Asks ``getattr`` for what a file has no business with."""

    def __init__(self, owner, name):
        self.pair = owner, name

    def __reduce__(self):
        return getattr, self.pair


@pytest.mark.parametrize('load', [load_local, lambda f: load_checkpoint(Line(), f)])
def test_a_file_that_would_run_a_command_is_refused_before_it_runs(tmp_path, load):
    evil, trace = tmp_path / 'evil.pth', tmp_path / 'trace'
    torch.save({'state_dict': {}, 'meta': Run(trace)}, evil)
    with pytest.raises(pickle.UnpicklingError, match='evil.pth: refused') as error:
        load(str(evil))
    assert 'system' in str(error.value) and not trace.exists()


@pytest.mark.parametrize('pair', [(HistoryBuffer, '__init__'), (torch.Tensor, 'numpy')])
def test_getattr_fetches_nothing_but_log_statistics(tmp_path, pair):
    torch.save({'x': Fetch(*pair)}, tmp_path / 'evil.pth')
    with pytest.raises(pickle.UnpicklingError, match='evil.pth: refused'):
        load_local(str(tmp_path / 'evil.pth'))


@pytest.mark.parametrize('keep', [0, 50, 0.5])
def test_a_damaged_file_is_named(tmp_path, keep):
    file = tmp_path / 'half.pth'
    torch.save({'x': torch.zeros(999)}, file)
    content = file.read_bytes()
    file.write_bytes(content[: int(keep if keep != 0.5 else len(content) / 2)])
    with pytest.raises(pickle.UnpicklingError, match='half.pth: refused.*or is damaged'):
        load_local(str(file))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match='none.pth: there is no such checkpoint'):
        load_checkpoint(Line(), str(tmp_path / 'none.pth'))


def test_hue_turns_both_ways_and_back_to_the_same_picture():
    mend()
    mend()
    picture = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    hue = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV_FULL).astype(int)
    for shift in (-0.5, -0.1, -0.004, 0, 0.1, 0.5):
        turned = hue.copy()
        turned[..., 0] = (hue[..., 0] + int(shift * 255)) % 256
        wanted = cv2.cvtColor(turned.astype(np.uint8), cv2.COLOR_HSV2BGR_FULL)
        np.testing.assert_array_equal(mmcv.adjust_hue(picture, shift), wanted)


@pytest.mark.parametrize('core', ['core', '_core'])
def test_a_checkpoint_written_with_the_other_numpy_loads(tmp_path, core):
    file = tmp_path / 'run.pth'
    torch.save(
        {'x': np.arange(3.0), 'y': np.float64(2)}, file, _use_new_zipfile_serialization=False
    )
    text = file.read_bytes()
    assert b'numpy._core' in text or b'numpy.core' in text
    file.write_bytes(re.sub(rb'numpy\._?core', f'numpy.{core}'.encode(), text))
    loaded = load_local(str(file))
    assert loaded['x'].tolist() == [0, 1, 2] and loaded['y'] == 2
