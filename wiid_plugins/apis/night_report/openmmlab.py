"""Test models of mmpretrain, mmdet and mmaction2 in any light, by their own loop and metrics."""

import copy
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import torch
from mmengine.config import Config, ConfigDict
from mmengine.runner import Runner, TestLoop

from ...compose.datasets import domain_of
from . import metric  # noqa: F401  (registers it)
from .sets import classes_of, cut, files_of, images_of, in_light, labels_of, sets_of

__all__ = [  # all that a bench has; wiid_plugins/yolo/night_report.py is the other one
    'classes_of',
    'config_of',
    'cut',
    'files_of',
    'images_of',
    'in_light',
    'labels_of',
    'open_model',
    'sets_of',
]

# 'score', 'scores' {metric: value}, 'classes' {name: value}, all in percent; 'images': how many
Record = dict[str, Any]
PER_CLASS = '_precision'
COUNTS = ('model', 'test_cfg', 'test_evaluator', 'default_scope', 'custom_hooks')


def config_of(cfg: Config) -> dict:
    """Give the parts of a config that a score depends on, besides the set."""
    return {key: cfg.get(key) for key in COUNTS}


def evaluator(cfg: Config, data: ConfigDict) -> list[ConfigDict]:
    """Give the metrics of a composed config for one set.

    Raises:
        ValueError: If it scores boxes by anything but ``CocoMetric``.
    """
    stock = copy.deepcopy(cfg.test_evaluator)
    if cfg.default_scope != 'mmdet':
        return [stock, ConfigDict(type='wiid_plugins.ClassAccuracy')]
    coco = stock.metrics[0]
    if coco['type'].split('.')[-1] != 'CocoMetric':
        raise ValueError(
            f'{cfg.filename}: test_evaluator is {coco["type"]}; the report reads the mAP of each '
            'class of CocoMetric, set test_evaluator.type="CocoMetric"'
        )
    file = Path(data.get('data_root') or '', data.ann_file)
    coco.update(ann_file=str(file), classwise=True)
    return [coco]


def open_model(
    cfg: Config, checkpoint: Path, data: ConfigDict, work: Path, device: str
) -> Callable[[ConfigDict], Record]:
    """Build a model with its weights; give what scores it on a set.

    Args:
        cfg: Composed.
        checkpoint: The weights.
        data: A set to check classes and weights by.
        work: Where its Runner writes.
        device: ``'cpu'`` or ``'cuda'``.

    Raises:
        ValueError: If the checkpoint does not fit.
    """
    runner = Runner.from_cfg(_to_test(cfg, checkpoint, data, work))
    loop = runner.test_loop  # as Runner.test does: built before the hooks run
    runner.call_hook('before_run')
    runner.load_or_resume()
    runner.model.to(torch.device(device))

    def score(data: ConfigDict) -> Record:
        loader = {**runner.cfg.test_dataloader, 'dataset': data}
        test = TestLoop(runner, loader, evaluator(cfg, data), loop.fp16)
        found, count = test.run(), len(test.dataloader.dataset)
        if cfg.default_scope == 'mmdet':
            return boxes_record(found, count)
        return labels_record(found, str(domain_of(data)), count)

    return score


def _to_test(cfg: Config, checkpoint: Path, data: ConfigDict, work: Path) -> Config:
    """A config that tests one set, and writes and trains nothing."""
    cfg = copy.deepcopy(cfg)
    trained = ('train_dataloader', 'train_cfg', 'optim_wrapper', 'param_scheduler')
    for key in (*trained, 'val_dataloader', 'val_cfg', 'val_evaluator', 'visualizer'):
        cfg[key] = None
    (cfg.get('default_hooks') or {}).pop('visualization', None)
    cfg.load_from, cfg.resume, cfg.work_dir = str(checkpoint), False, str(work)
    cfg.experiment_name, cfg.log_level = uuid4().hex, 'ERROR'
    loader = cfg.test_dataloader
    loader.dataset, loader.persistent_workers = data, False
    loader.num_workers = min(2, loader.get('num_workers', 0))
    cfg.test_evaluator = evaluator(cfg, data)
    return cfg


def labels_record(found: dict[str, float], domain: str, count: int) -> Record:
    """Put what classifiers and recognizers score in one form."""
    scores = {'top-1': found[f'{domain}/top1'], 'class mean': found[f'{domain}/class_mean']}
    if 'ece' in found:
        scores['ECE'] = found['ece']
    classes = {k.removeprefix('class/'): v for k, v in found.items() if k.startswith('class/')}
    return dict(score=scores['class mean'], scores=scores, classes=classes, images=count)


def boxes_record(found: dict[str, float], count: int) -> Record:
    """Put mmdet's scores in that form; a detector that finds nothing gives none: 0."""
    scores = {
        'mAP50-95': 100 * found.get('coco/bbox_mAP', 0.0),
        'mAP50': 100 * found.get('coco/bbox_mAP_50', 0.0),
    }
    classes = {
        k.removeprefix('coco/').removesuffix(PER_CLASS): 100 * v
        for k, v in found.items()
        if k.endswith(PER_CLASS) and not math.isnan(v) and v >= 0  # no such object
    }
    return dict(score=scores['mAP50-95'], scores=scores, classes=classes, images=count)
