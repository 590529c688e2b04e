"""Test sets at a level of light, and an even choice of their samples."""

import copy
import json
from collections.abc import Sequence
from pathlib import Path

from mmengine.config import ConfigDict
from mmengine.registry import init_default_scope

from ...registry import DATASETS
from .levels import at_exposure
from .subject import Subject


def enhanced_set(subject: Subject, when: str) -> ConfigDict | None:
    """Give the enhanced test set by ``'day'`` or by ``'night'`` of a composed config."""
    loader = subject.cfg.get('test_dataloader')
    for part in loader.dataset.datasets if loader else ():
        if domain_of(part) == f'{when}_enhanced':
            return part
    return None


def domain_of(part: ConfigDict) -> str:
    """Read the name that a composed test set gives its samples."""
    return next(s.name for s in part.pipeline if s['type'] == 'wiid_plugins.SetDomain')


def day_set(subject: Subject) -> ConfigDict:
    """Give the labelled day set that a model is tested on.

    Raises:
        ValueError: If it has none.
    """
    day = enhanced_set(subject, 'day')
    if day is None:
        raise ValueError(
            f'{subject.config}: has no labelled test set by day; set test_dataloader, or wiid.day'
        )
    return day


def light_place(pipeline: Sequence[ConfigDict]) -> int:
    """Find the step that enhances."""
    return next(i for i, s in enumerate(pipeline) if s['type'] == 'wiid_plugins.Enhance')


def at_level(
    data: ConfigDict,
    pipeline: Sequence[ConfigDict],
    darken: dict,
    stops: int | None,
    enhanced: bool,
) -> ConfigDict:
    """Give a test set in another light.

    Args:
        data: The set that has the images and labels.
        pipeline: That reads them, with its enhancement: of the model that is tested.
        darken: Ranges of :class:`~wiid_plugins.ops.lowlight.DarkRanges`.
        stops: How much darker; 0 and None leave the images as they are.
        enhanced: Whether they are brightened then.
    """
    place = light_place(pipeline)
    lift = pipeline[place]
    steps = [ConfigDict(lift)] if enhanced else []
    if stops:
        how = dict(out=lift.get('key', 'img'), seed=0, **at_exposure(darken, stops))
        steps.insert(0, ConfigDict(type='wiid_plugins.Darken', **how))
    lit = copy.deepcopy(data)
    lit.pipeline = copy.deepcopy([*pipeline[:place], *steps, *pipeline[place + 1 :]])
    return lit


def evenly(labels: Sequence[set[int]], count: int) -> list[int]:
    """Choose about ``count`` samples: as many of each class, at least one, evenly over its samples.

    Args:
        labels: The classes in each sample.
        count: How many.
    """
    of_class: dict[int, list[int]] = {}
    for index, found in enumerate(labels):
        for label in found or {-1}:  # nothing to detect in it
            of_class.setdefault(label, []).append(index)
    chosen: set[int] = set()
    for members in of_class.values():
        quota = min(len(members), max(1, count // len(of_class)))
        chosen |= {members[i * len(members) // quota] for i in range(quota)}
    return sorted(chosen)


def limited(data: ConfigDict, limit: int, scope: str, folder: Path) -> ConfigDict:
    """Give a set of about ``limit`` samples, evenly over the classes.

    Args:
        data: Of a toolbox of OpenMMLab.
        limit: How many.
        scope: The toolbox.
        folder: Where a shortened annotation file goes: what scores boxes reads it as a whole.
    """
    init_default_scope(scope)
    built = DATASETS.build(copy.deepcopy({**data, 'pipeline': []}))
    infos = [built.get_data_info(i) for i in range(len(built))]
    data = copy.deepcopy(data)
    chosen = evenly([_labels(info) for info in infos], limit)
    if scope != 'mmdet':
        data.indices = chosen
        return data
    file = Path(data.get('data_root') or '', data.ann_file)
    content = json.loads(file.read_text(encoding='utf-8-sig'))
    kept = {infos[i]['img_id'] for i in chosen}
    content['images'] = [image for image in content['images'] if image['id'] in kept]
    content['annotations'] = [a for a in content['annotations'] if a['image_id'] in kept]
    short = folder.resolve() / f'{file.stem}_{limit}.json'
    short.write_text(json.dumps(content), encoding='utf-8')
    data.ann_file = str(short)
    return data


def _labels(info: dict) -> set[int]:
    if 'instances' in info:
        return {int(each['bbox_label']) for each in info['instances']}
    return {int(info['gt_label'] if 'gt_label' in info else info['label'])}
