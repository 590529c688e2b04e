"""Lay the block ``wiid`` of a config on the stock config of a toolbox."""

import copy
from difflib import get_close_matches

from mmengine.config import Config, ConfigDict

from . import own
from .datasets import as_dark, set_domains
from .hooks import add_hooks
from .model import wrap
from .tasks import TASKS
from .twins import load_twins

KEYS = {
    'task': 'which of configs/_base_/wiid_<task>.py this is',
    'paired': 'False trains the stock model as it is, on day images alone: the baseline',
    'darken': 'how a night view is made of a day image',
    'enhance': 'how night views and dark images are brightened, in training and in a test',
    'mask': 'what is target, what is erased, patched, highlighted, and how it is filled',
    'aux': 'weight and options of byol and mmd',
    'tap': 'layers that the auxiliary losses see',
    'joint_forward': 'all views in one pass',
    'channels_last': 'memory layout of a classifier',
    'dark': 'unlabelled dark images or clips: a folder, a list or a dataset config',
    'day': 'the test set by day: a folder, a file, or changes to the stock test set; None: none',
    'night': 'the test set by night, as `day`',
    'val': 'the same for validation: dict(day=..., night=...)',
}


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
    if block.task == 'yolo':
        cfg.wiid = block
        return cfg
    cfg.pop('wiid')
    task = TASKS[block.task]
    if block.get('paired', True):
        dark = block.get('dark')
        if dark is not None:  # before anything is added to its pipeline
            dark = as_dark(dark, cfg.train_dataloader.dataset, task)
        if (block.get('darken') or {}).get('method') == 'stored':
            load_twins(cfg, block.darken.folder)
            block.darken = None
        wrap(cfg, block, task)
        if dark is not None:
            stock = cfg.train_dataloader.dataset
            both = dict(type='wiid_plugins.WithDark', dataset=stock, dark=dark)
            cfg.train_dataloader.dataset = ConfigDict(both)
    set_domains(cfg, block, task)
    add_hooks(cfg, block, task)
    return cfg


def read_block(cfg: Config) -> ConfigDict:
    """Give the block of a config.

    Raises:
        ValueError: If it has an unknown key, or is for another task than the stock config's.
    """
    block = ConfigDict(copy.deepcopy(cfg.wiid))
    check_keys('wiid', block, KEYS)
    scopes = {task.scope: name for name, task in TASKS.items()} | {'ultralytics': 'yolo'}
    scope, name = cfg.get('default_scope'), block.setdefault('task', None)
    if scope not in scopes:
        raise ValueError(f'default_scope is {scope!r}; wiid is laid on {", ".join(scopes)}')
    if name is None:
        block.task = scopes[scope]
    elif name != scopes[scope]:
        raise ValueError(
            f'configs/_base_/wiid_{name}.py does not fit a stock config of {scope}; take '
            f'wiid_{scopes[scope]}.py'
        )
    if block.get('aux') and not block.get('dark'):
        block.aux = ConfigDict({**block.aux, 'mmd': None})  # zero-shot: nothing to compare with
    return block


def check_keys(name: str, block: dict, known: dict) -> None:
    """Refuse a key that is not known.

    Raises:
        ValueError: With the nearest key, and all of them.
    """
    for key in block:
        if key not in known:
            near = get_close_matches(key, known, 1)
            hint = f' Did you mean {near[0]!r}?' if near else ''
            raise ValueError(f'{name} has no key {key!r}.{hint} It knows {", ".join(known)}.')
