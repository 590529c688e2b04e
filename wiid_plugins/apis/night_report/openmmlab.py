"""Test models of mmpretrain, mmdet and mmaction2 in any light, by their own loop and metrics."""

import copy
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import torch
from mmengine.config import Config, ConfigDict
from mmengine.registry import init_default_scope
from mmengine.runner import Runner, TestLoop

from ...comparing.digest_data import data_files
from ...registry import DATASETS
from . import metric  # noqa: F401  (registers it)
from .pictures import Picture, of_set
from .sets import at_level, day_set, domain_of, enhanced_set, limited
from .subject import Subject

Record = dict[
    str, Any
]  # 'score', 'scores' {metric: value}, 'classes' {name: value}: all in percent
PER_CLASS = '_precision'
COUNTS = ('model', 'test_cfg', 'test_evaluator', 'default_scope', 'custom_hooks')


def classes_of(subject: Subject) -> tuple[str, ...]:
    """Read the classes that a model is tested on; a list of clips may have none."""
    init_default_scope(subject.cfg.default_scope)
    built = DATASETS.build(copy.deepcopy({**day_set(subject), 'pipeline': []}))
    return tuple((built.metainfo or {}).get('classes') or ())


def config_of(subject: Subject) -> dict:
    """Give the parts of a config that a score depends on, besides the set."""
    return {key: subject.cfg.get(key) for key in COUNTS}


def files_of(data: dict) -> dict[str, str]:
    """Describe the files of a test set."""
    return data_files({'test_dataloader': data}, {})


def sets_of(first: Subject, limit: int | None, out: Path) -> dict[str, ConfigDict]:
    """Give the test sets that all models are measured on: ``'day'`` and, if there, ``'night'``."""
    sets = {'day': day_set(first), 'night': enhanced_set(first, 'night')}
    there = {name: each for name, each in sets.items() if each is not None}
    if limit is None:
        return there
    scope = first.cfg.default_scope
    return {name: limited(each, limit, scope, out) for name, each in there.items()}


def pictures_of(first: Subject, data: ConfigDict) -> list[Picture]:
    """Read pictures of a set, evenly, as they are where their light is changed."""
    return of_set(data, first.cfg.default_scope)


def in_light(
    subject: Subject, data: ConfigDict, darken: dict, stops: int | None, enhanced: bool
) -> ConfigDict:
    """Give a set in a light, read by the pipeline of a model."""
    return at_level(data, day_set(subject).pipeline, darken, stops, enhanced)


def evaluator(subject: Subject, data: ConfigDict) -> list[ConfigDict]:
    """Give the metrics of a composed config for one set.

    Raises:
        ValueError: If it scores boxes by anything but ``CocoMetric``.
    """
    stock = copy.deepcopy(subject.cfg.test_evaluator)
    if not subject.boxes:
        return [stock, ConfigDict(type='wiid_plugins.ClassAccuracy')]
    coco = stock.metrics[0]
    if coco['type'].split('.')[-1] != 'CocoMetric':
        raise ValueError(
            f'{subject.config}: test_evaluator is {coco["type"]}; the report reads the mAP of each '
            'class of CocoMetric, set test_evaluator.type="CocoMetric"'
        )
    file = Path(data.get('data_root') or '', data.ann_file)
    coco.update(ann_file=str(file), classwise=True)
    return [coco]


def open_model(subject: Subject, day: ConfigDict, work: Path, device: str) -> Callable:
    """Build a model with its weights; give what scores it on a set.

    Args:
        subject: The model.
        day: A set to check classes and weights by.
        work: Where its Runner writes.
        device: ``'cpu'`` or ``'cuda'``.

    Raises:
        ValueError: If the checkpoint does not fit.
    """
    runner = Runner.from_cfg(_config(subject, day, work))
    loop = runner.test_loop  # as Runner.test does: built before the hooks run
    runner.call_hook('before_run')
    runner.load_or_resume()
    runner.model.to(torch.device(device))

    def score(data: ConfigDict) -> Record:
        loader = {**runner.cfg.test_dataloader, 'dataset': data}
        test = TestLoop(runner, loader, evaluator(subject, data), loop.fp16)
        found = test.run()
        record = boxes_record(found) if subject.boxes else labels_record(found, domain_of(data))
        return record | {'images': len(test.dataloader.dataset)}

    return score


def _config(subject: Subject, day: ConfigDict, work: Path) -> Config:
    """A config that tests one set, and writes and trains nothing."""
    cfg = copy.deepcopy(subject.cfg)
    trained = ('train_dataloader', 'train_cfg', 'optim_wrapper', 'param_scheduler')
    for key in (*trained, 'val_dataloader', 'val_cfg', 'val_evaluator', 'visualizer'):
        cfg[key] = None
    (cfg.get('default_hooks') or {}).pop('visualization', None)
    cfg.load_from, cfg.resume, cfg.work_dir = str(subject.checkpoint), False, str(work)
    cfg.experiment_name, cfg.log_level = uuid4().hex, 'ERROR'
    loader = cfg.test_dataloader
    loader.dataset, loader.persistent_workers = day, False
    loader.num_workers = min(2, loader.get('num_workers', 0))
    cfg.test_evaluator = evaluator(subject, day)
    return cfg


def labels_record(found: dict[str, float], domain: str) -> Record:
    """Put what classifiers and recognizers score in one form."""
    scores = {'top-1': found[f'{domain}/top1'], 'class mean': found[f'{domain}/class_mean']}
    if 'ece' in found:
        scores['ECE'] = found['ece']
    classes = {k.removeprefix('class/'): v for k, v in found.items() if k.startswith('class/')}
    return dict(score=scores['class mean'], scores=scores, classes=classes)


def boxes_record(found: dict[str, float]) -> Record:
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
    return dict(score=scores['mAP50-95'], scores=scores, classes=classes)
