"""Lay the block ``wiid`` of a config on the stock config of a toolbox."""

import copy
from pathlib import Path

from mmengine.config import Config, ConfigDict

from . import own
from .block import read_block
from .datasets import as_dark, check_images, check_sets, set_domains
from .hooks import add_hooks
from .model import put_front, wrap
from .tasks import TASKS, Task
from .twins import load_twins


def read_config(path: str | Path, options: dict | None = None) -> Config:
    """Read a config, merge the options of a command line, and compose it.

    Args:
        path: Of the config.
        options: What ``--cfg-options`` gives.

    Raises:
        ValueError: Of :func:`compose`.
        FileNotFoundError: Of :func:`compose`.
    """
    cfg = Config.fromfile(path)
    cfg.merge_from_dict(options or {})
    return compose(cfg)


def compose(cfg: Config) -> Config:
    """Give the plain config that could have been written by hand.

    Args:
        cfg: Of mmpretrain, mmdet, mmaction2 or Ultralytics. Without a block ``wiid`` it is given back
            as it is; Ultralytics keeps its block, which its trainer reads.

    Returns:
        A new config; a composed one no longer has the block.

    Raises:
        ValueError: If a key of the block is unknown, or the block does not fit the stock config.
        FileNotFoundError: If data that the block names is not there.
    """
    if not cfg.get('wiid'):
        return cfg
    cfg = copy.deepcopy(cfg)
    block = read_block(cfg)
    own.lay(cfg, block)
    if block.get('aux') and not block.get('dark'):
        block.aux = ConfigDict(
            {**block.aux, 'mmd': None, 'consistency': None}
        )  # zero-shot: nothing to compare with
    if block.task == 'yolo':
        cfg.wiid = block
        return cfg
    cfg.pop('wiid')
    task = TASKS[block.task]
    check_images(cfg, task)
    if block.get('front'):
        put_front(cfg, block, task)
    if block.get('paired', True):
        pair(cfg, block, task)
    set_domains(cfg, block, task)
    adapt(cfg, block, task)
    add_hooks(cfg, block, task)
    check_sets(cfg, task)
    return cfg


def pair(cfg: Config, block: ConfigDict, task: Task) -> None:
    """Train on pairs of views, with a dark stream beside them.

    Args:
        cfg: Changed in place: model and training set.
        block: The block ``wiid``.
        task: Of the stock config.
    """
    dark = block.get('dark') if cfg.get('train_dataloader') else None  # or it is for a test only
    if dark is not None:  # before anything is added to its pipeline
        dark = as_dark(dark, cfg.train_dataloader.dataset, task)
    darken = block.get('darken') or ConfigDict()
    if darken.get('method') == 'fourier':
        darken.setdefault('dark', block.get('dark'))
    if darken.get('method') == 'stored':
        load_twins(cfg, darken.folder)
        block.darken = None
    wrap(cfg, block, task)
    if dark is not None:
        stock = cfg.train_dataloader.dataset
        both = dict(type='wiid_plugins.WithDark', dataset=stock, dark=dark)
        cfg.train_dataloader.dataset = ConfigDict(both)


def adapt(cfg: Config, block: ConfigDict, task: Task) -> None:
    """Let a test adapt the model to what it is tested on.

    Args:
        cfg: Changed in place: the test loop.
        block: The block ``wiid``.
        task: Of the stock config.
    """
    how = block.get('adapt')
    if not how or not cfg.get('test_dataloader'):
        return
    cfg.test_cfg = ConfigDict(type='wiid_plugins.AdaptedTestLoop', **how)
    if how.get('method') == 'adabn' and block.get('dark'):
        images = as_dark(block.dark, cfg.train_dataloader.dataset, task)
        images.pop('pipeline')
        cfg.test_cfg.dark = images
