"""An epoch's draws depend on the seed and the epoch alone."""

import random
from types import SimpleNamespace

import numpy as np
import torch

from wiid_plugins.engine import ReseedHook


def draws(seed, epoch):
    ReseedHook().before_train_epoch(SimpleNamespace(seed=seed, epoch=epoch))
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
