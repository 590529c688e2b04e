"""A training that would not train is refused; a resumed one keeps a rate that trains."""

import logging
import math
import shutil
from uuid import uuid4

import pytest
import torch
from mmengine.config import Config
from mmengine.logging import MMLogger

from toy import Line, Pictures
from wiid_plugins.engine import PairedRunner, SafeCheckpointHook
from wiid_plugins.engine.runner import length_of, stretched

COSINE = dict(type='CosineAnnealingLR', T_max=2, end=2, by_epoch=True)
ONE_CYCLE = dict(type='OneCycleLR', eta_max=0.1, total_steps=4, by_epoch=False)


def make(folder, schedule=COSINE, n=8, batch=4, epochs=2, drop_last=False, **changes):
    loader = dict(dataset=Pictures(n), sampler=dict(type='DefaultSampler'), batch_size=batch)
    config = dict(
        model=Line(),
        work_dir=str(folder),
        train_dataloader={**loader, 'drop_last': drop_last, 'num_workers': 0},
        train_cfg=dict(by_epoch=True, max_epochs=epochs),
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),
        param_scheduler=schedule,
        default_hooks=dict(checkpoint=SafeCheckpointHook(interval=1)),
        default_scope='mmpretrain',
        experiment_name=uuid4().hex,
        log_level='WARNING',
    )
    cfg = Config(dict(train_cfg=config['train_cfg'], param_scheduler=schedule, **changes))
    return PairedRunner(**config, resume=changes.get('resume', False), cfg=cfg)


@pytest.mark.parametrize(
    'schedule', [None, COSINE, dict(type='LinearLR', end=1, convert_to_iter_based=True)]
)
def test_an_epoch_without_a_batch_is_refused_with_its_numbers(tmp_path, schedule):
    with pytest.raises(ValueError, match='33 images.*one batch of 64.*drop_last=True.*batch_size'):
        make(tmp_path, schedule, n=33, batch=64, drop_last=True).train()
    assert not list(tmp_path.glob('*.pth'))


def test_a_training_of_no_epoch_is_refused(tmp_path):
    with pytest.raises(ValueError, match="'max_epochs': 0.*nothing would be trained"):
        make(tmp_path, epochs=0).train()


def test_a_short_last_batch_is_an_epoch(tmp_path):
    make(tmp_path, n=33, batch=64, epochs=1).train()
    assert (tmp_path / 'epoch_1.pth').is_file()


def rates(runner):
    """Learning rate of each iteration that is trained."""
    found, step = [], runner.model.train_step

    def noted(*args, **kwargs):
        found.append(runner.optim_wrapper.get_lr()['lr'][0])
        return step(*args, **kwargs)

    runner.model.train_step = noted
    runner.train()
    return found


@pytest.mark.parametrize('schedule', [COSINE, ONE_CYCLE])
def test_a_longer_resumed_training_is_warned_of_its_dead_rate(tmp_path, schedule):
    make(tmp_path, schedule).train()
    runner, seen = make(tmp_path, schedule, epochs=6, resume=True), []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: seen.append(record.getMessage())
    MMLogger.get_current_instance().addHandler(handler)
    try:
        runner.train()
    except ValueError as error:  # torch's and mmengine's one-cycle ends with an error of its own
        assert 'total steps' in str(error)
    told = [line for line in seen if 'was to train for 2, now it is to be 6' in line]
    assert len(told) == 1 and 'stretch_schedule=True' in told[0]


@pytest.mark.parametrize('schedule', [COSINE, ONE_CYCLE])
def test_stretched_it_goes_on_with_the_rates_of_a_training_of_that_length(tmp_path, schedule):
    make(tmp_path / 'short', schedule).train()
    resumed = rates(
        make(tmp_path / 'short', schedule, epochs=6, resume=True, stretch_schedule=True)
    )
    (longer,) = stretched(schedule, 3)
    whole = rates(make(tmp_path / 'long', longer, epochs=6))
    assert len(resumed) == 8 and resumed == pytest.approx(whole[4:], rel=1e-6)
    if schedule is COSINE:
        assert resumed[0] == pytest.approx(0.05 * (1 + math.cos(math.pi * 2 / 6)))


def test_a_resume_of_the_same_length_is_not_warned_nor_changed(tmp_path):
    whole = rates(make(tmp_path / 'whole'))
    make(tmp_path / 'parts', epochs=2).train()
    (tmp_path / 'parts/last_checkpoint').write_text(str(tmp_path / 'parts/epoch_1.pth'))
    assert rates(make(tmp_path / 'parts', resume=True)) == whole[2:]


def test_a_copied_run_resumes_from_its_own_files(tmp_path):
    make(tmp_path / 'first').train()
    shutil.copytree(tmp_path / 'first', tmp_path / 'copy')
    (tmp_path / 'first/epoch_2.pth').write_text('spoilt')
    runner = make(tmp_path / 'copy', epochs=3, resume=True)
    runner.train()
    assert runner.epoch == 3


def test_milestones_are_stretched():
    steps = dict(type='MultiStepLR', milestones=[3, 5], end=6)
    assert stretched(steps, 2) == [dict(type='MultiStepLR', milestones=[6, 10], end=12)]


@pytest.mark.parametrize(
    'text, length',
    [
        (Config(dict(train_cfg=dict(by_epoch=True, max_epochs=7))).pretty_text, 7),
        (Config(dict(train_cfg=dict(type='IterBasedTrainLoop', max_iters=90))).pretty_text, 90),
        ('model = dict(max_epochs=3)\ntrain_cfg = None', None),
        ('train_cfg = (', None),
        (None, None),
    ],
)
def test_the_length_of_a_training_is_read_off_its_config(text, length):
    assert length_of(text) == length


def test_the_config_in_a_checkpoint_is_not_run(tmp_path):
    trace = tmp_path / 'trace'
    make(tmp_path).train()
    file = tmp_path / 'epoch_2.pth'
    checkpoint = torch.load(file, weights_only=False)
    evil = f"open({str(trace)!r}, 'w')\ntrain_cfg = dict(max_epochs=2)"
    torch.save({**checkpoint, 'meta': {**checkpoint['meta'], 'cfg': evil}}, file)
    make(tmp_path, epochs=3, resume=True).train()
    assert not trace.exists()
