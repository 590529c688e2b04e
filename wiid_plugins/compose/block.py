"""The block ``wiid``: its keys, and whether it fits the stock config."""

import copy
from collections.abc import Iterable
from dataclasses import fields
from difflib import get_close_matches

from mmengine.config import Config, ConfigDict

from ..ops.grid import GridDraw
from ..ops.lowlight import DarkRanges
from ..ops.regions import RegionDraw
from .tasks import TASKS

KEYS = (
    'task',  # which of configs/_base_/wiid_<task>.py this is
    'paired',  # False trains the stock model as it is, on day images alone: the baseline
    'darken',  # how a night view is made of a day image
    'enhance',  # how night views and dark images are brightened, in training and in a test
    'mask',  # what is target, what is erased, patched, highlighted, and what fills it
    'aux',  # weight and options of byol and mmd
    'tap',  # layers that the auxiliary losses see
    'joint_forward',  # all views in one pass
    'channels_last',  # memory layout of a classifier
    'dark',  # unlabelled dark images or clips: a folder, a list or a dataset config
    'day',  # the test set by day: a folder, a file, or changes to the stock one; None: no day
    'night',  # the test set by night, as `day`
    'front',  # what stands in front of the backbone: a type, as wiid_plugins.CIConv, and its options
    'mix_style',  # layers behind which styles of features are mixed; options of MixStyleHook
    'adapt',  # the test adapts the model to its images: method adabn, adabn-batch or tent
    'pictures',  # False: none of training pairs, of a test's confusions and of its worst mistakes
    'val',  # the same for validation: dict(day=..., night=...)
)
LEARNED = ('method', 'weights')
FOURIER = ('dark', 'strength', 'reach')
SCOPES = {task.scope: name for name, task in TASKS.items()} | {'ultralytics': 'yolo'}


def read_block(cfg: Config) -> ConfigDict:
    """Give the block of a config.

    Raises:
        ValueError: If it has an unknown key, or is for another task than the stock config's.
    """
    block = ConfigDict(copy.deepcopy(cfg.wiid))
    scope = cfg.get('default_scope')
    if scope not in SCOPES:
        raise ValueError(f'default_scope is {scope!r}; wiid is laid on {", ".join(SCOPES)}')
    if block.setdefault('task', SCOPES[scope]) != SCOPES[scope]:
        raise ValueError(
            f'configs/_base_/wiid_{block.task}.py does not fit a stock config of {scope}; take '
            f'wiid_{SCOPES[scope]}.py'
        )
    for name, known in known_keys(block.task).items():
        part = block if name == 'wiid' else block.get(name)
        if isinstance(part, dict):
            check_keys(name if name == 'wiid' else f'wiid.{name}', part, known)
    return block


def known_keys(task: str) -> dict[str, Iterable[str]]:
    """What each part of the block may hold."""
    own = TASKS[task].mask if task in TASKS else ('fill',)
    regions = GridDraw if task in ('det', 'yolo') else RegionDraw
    return {
        'wiid': KEYS,
        'darken': (*LEARNED, 'folder', *FOURIER, *(f.name for f in fields(DarkRanges))),
        'enhance': (*LEARNED, 'target', 'max_gain', 'clip', 'grid'),
        'mask': (*own, *(f.name for f in fields(regions))),
        'aux': ('type', 'byol', 'mmd', 'consistency', 'hidden', 'out'),
        'mix_style': ('layers', 'probability', 'alpha'),
        'adapt': ('method', 'lr'),
        'val': ('day', 'night'),
    }


def check_keys(name: str, part: dict, known: Iterable[str]) -> None:
    """Refuse a key that is not known.

    Raises:
        ValueError: With the nearest key, and all of them.
    """
    for key in part:
        if key not in known:
            near = get_close_matches(key, known, 1)
            hint = f' Did you mean {near[0]!r}?' if near else ''
            raise ValueError(f'{name} has no key {key!r}.{hint} It knows {", ".join(known)}.')
