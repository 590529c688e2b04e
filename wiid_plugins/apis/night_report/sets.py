"""Test sets of mmpretrain, mmdet and mmaction2: their labels, parts of them, and their light."""

import copy
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from mmengine.config import Config, ConfigDict
from mmengine.registry import init_default_scope

from ...comparing.digest_data import data_files
from ...compose.datasets import domain_of
from ...registry import DATASETS

QUICK = dict(serialize_data=False)  # or each set that is opened looks for garbage first: a second


def sets_of(cfg: Config) -> dict[str, ConfigDict]:
    """Give the enhanced test sets of a composed config: ``'day'`` and, if there, ``'night'``.

    Raises:
        ValueError: If there is none by day.
    """
    loader = cfg.get('test_dataloader')
    parts = {domain_of(part): part for part in (loader.dataset.datasets if loader else ())}
    found = {when: parts.get(f'{when}_enhanced') for when in ('day', 'night')}
    if found['day'] is None:
        raise ValueError(
            f'{cfg.filename}: has no labelled test set by day; set test_dataloader, or wiid.day'
        )
    return {when: part for when, part in found.items() if part is not None}


def light_place(pipeline: Sequence[ConfigDict]) -> int:
    """Find the step that enhances."""
    return next(i for i, s in enumerate(pipeline) if s['type'] == 'wiid_plugins.Enhance')


def built(cfg: Config, data: ConfigDict, pipeline: Sequence[ConfigDict] = ()):
    """Build a set with another pipeline."""
    init_default_scope(cfg.default_scope)
    own = dict(pipeline=list(pipeline), **QUICK)
    return DATASETS.build(ConfigDict({**copy.deepcopy(data), **own}))


def classes_of(cfg: Config) -> tuple[str, ...]:
    """Read the classes that a config tests; a list of clips may have none."""
    return tuple((built(cfg, sets_of(cfg)['day']).metainfo or {}).get('classes') or ())


def labels_of(cfg: Config, data: ConfigDict) -> list[set[int]]:
    """Give the classes in each sample of a set."""
    whole = built(cfg, data)
    infos = [whole.get_data_info(i) for i in range(len(whole))]
    if cfg.default_scope == 'mmdet':
        return [{int(each['bbox_label']) for each in info['instances']} for info in infos]
    return [{int(info['gt_label'] if 'gt_label' in info else info['label'])} for info in infos]


def cut(cfg: Config, data: ConfigDict, chosen: list[int], stem: Path) -> ConfigDict:
    """Keep the chosen samples; of boxes in an annotation file, which their metric reads as a whole.

    Args:
        cfg: Of the set.
        data: The set.
        chosen: Places of the samples.
        stem: Of the annotation file.
    """
    data = copy.deepcopy(data)
    if cfg.default_scope != 'mmdet':
        data.indices = chosen
        return data
    whole, file = built(cfg, data), Path(data.get('data_root') or '', data.ann_file)
    kept = {whole.get_data_info(i)['img_id'] for i in chosen}
    content = json.loads(file.read_text(encoding='utf-8-sig'))
    content['images'] = [image for image in content['images'] if image['id'] in kept]
    content['annotations'] = [a for a in content['annotations'] if a['image_id'] in kept]
    data.ann_file = str(stem.with_suffix('.json').resolve())
    Path(data.ann_file).write_text(json.dumps(content), encoding='utf-8')
    return data


def images_of(cfg: Config, data: ConfigDict, places: list[int]) -> list[np.ndarray]:
    """Read pictures as they are where their light is changed, uint8 BGR; of clips the middle frame."""
    samples = built(cfg, data, data.pipeline[: light_place(data.pipeline)])
    found = []
    for sample in (samples[place] for place in places):
        clip = sample.get('imgs')
        image = np.asarray(sample['img'] if clip is None else clip[len(clip) // 2][..., ::-1])
        found.append(image.round().clip(0, 255).astype(np.uint8))
    return found


def in_light(
    cfg: Config, data: ConfigDict, darken: dict | None, enhance: dict | None
) -> ConfigDict:
    """Give a set in another light, read by the test pipeline of a config.

    Args:
        cfg: Whose pipeline it is: of the model that is tested.
        data: The set that has the images and labels.
        darken: Of :class:`~wiid_plugins.transforms.Darken`; None leaves them as they are.
        enhance: Of :class:`~wiid_plugins.transforms.Enhance`; the same.
    """
    pipeline = sets_of(cfg)['day'].pipeline
    place = light_place(pipeline)
    key = pipeline[place].get('key', 'img')
    steps = []
    if darken is not None:
        steps += [ConfigDict(type='wiid_plugins.Darken', out=key, seed=0, **darken)]
    if enhance is not None:
        steps += [ConfigDict(type='wiid_plugins.Enhance', key=key, **enhance)]
    lit = copy.deepcopy(data)
    lit.update(QUICK)
    lit.pipeline = copy.deepcopy([*pipeline[:place], *steps, *pipeline[place + 1 :]])
    return lit


def files_of(data: dict, listed: dict) -> dict[str, str]:
    """Describe the files of a test set; folders in ``listed`` are not looked at again."""
    return data_files({'test_dataloader': data}, listed)
