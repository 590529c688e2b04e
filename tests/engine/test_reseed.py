"""An epoch's draws depend on the seed and the epoch alone."""

import random
from types import SimpleNamespace

import numpy as np
import torch
from mmengine.hooks import Hook

from toy import Pictures, make_runner
from wiid_plugins.engine import ReseedHook


def draws(seed, epoch):
    loader = SimpleNamespace(num_workers=1)
    runner = SimpleNamespace(seed=seed, epoch=epoch, train_dataloader=loader)
    ReseedHook().before_train_epoch(runner)
    return [torch.rand(1).item(), np.random.rand(), random.random()]


def test_the_same_epoch_draws_the_same_whatever_came_before():
    first, second = draws(3, 0), draws(3, 1)
    torch.rand(99), np.random.rand(7), random.random()
    assert draws(3, 1) == second
    assert draws(3, 0) == first


def test_epochs_and_seeds_differ_in_every_generator():
    settings = [draws(s, e) for s in (0, 1, 2) for e in range(3)]
    for numbers in zip(*settings, strict=True):
        assert len(set(numbers)) == len(settings)


class Draws(Pictures):
    """Gives a number drawn in the loader's worker as the label."""

    def __getitem__(self, index):
        sample = super().__getitem__(index)
        sample['data_samples'].set_gt_label(np.random.randint(10**6))
        return sample


class Record(Hook):
    def before_train(self, runner):
        self.epochs = {}

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        labels = [int(s.gt_label) for s in data_batch['data_samples']]
        self.epochs.setdefault(runner.epoch, []).extend(labels)


def test_workers_draw_anew_in_every_epoch(tmp_path):
    record = Record()
    hooks = [ReseedHook(), record]
    make_runner(tmp_path, epochs=3, hooks=hooks, data=Draws(8), num_workers=2).train()
    drawn = [n for numbers in record.epochs.values() for n in numbers]
    assert len(drawn) == 3 * 8 == len(set(drawn))
