"""Day, night and unlabelled dark datasets, made of those of a stock config."""

import copy
from collections.abc import Iterator, Sequence
from pathlib import Path

from mmengine.config import Config, ConfigDict
from mmengine.registry import TRANSFORMS

from .monitors import rename_monitors
from .own import as_labelled, innermost, nodes
from .tasks import Task
from .twins import GEOMETRY

# Parts of the names of transforms that read, cut and pack an image. The others change its light.
KEPT = (*GEOMETRY, 'Load', 'Open', 'Init', 'Sample', 'Decode', 'PIL', 'Format', 'Pack')
PACKING = ('Pack', 'Format', 'TestTimeAug')
ACCURACY = {'top_k_accuracy', 'mean_class_accuracy'}


def check_images(cfg: Config, task: Task) -> None:
    """Look whether a config is for colour images or clips that are read in its pipeline.

    Raises:
        ValueError: If not: there is no day and night in skeletons, sound or flow, and the order of
            colours of what a set holds ready is not known.
    """
    for job in ('train', 'val', 'test'):
        if not cfg.get(f'{job}_dataloader'):
            continue
        dataset = cfg[f'{job}_dataloader'].dataset
        names = [str(step['type']).split('.')[-1] for step in _steps(dataset)]
        flow = any(node.get('modality') == 'Flow' for node in nodes(dataset))
        if flow or not any(task.reads in n and not n.startswith('Pose') for n in names):
            raise ValueError(
                f'{job}_dataloader.dataset: its pipeline ({", ".join(names)}) reads no colour images, '
                'and wiid makes day and night of them; take a stock config that does'
            )


def as_dark(dark: str | dict, stock: ConfigDict, task: Task) -> ConfigDict:
    """Give the config of a stream of unlabelled dark images or clips.

    Args:
        dark: A folder, a list of files (``.txt``), or a dataset config.
        stock: The training set; the geometry of its pipeline is taken over.
        task: Of the stock config.
    """
    if not isinstance(dark, str):
        return ConfigDict(copy.deepcopy(dark))
    path = Path(dark)
    folder = path.parent if path.suffix == '.txt' else path
    pipeline = list(_dark_pipeline(list(_steps(stock)), task))
    if task.scope == 'mmaction':
        clips = dict(ann_file=dark, data_prefix=dict(video=str(folder)))
        return ConfigDict(type='wiid_plugins.ClipList', **clips, pipeline=pipeline)
    images = dict(data_prefix=str(folder), with_label=False, pipeline=pipeline)
    if folder != path:
        images['ann_file'] = dark
    return ConfigDict(type='wiid_plugins.ClassFolder', **images)


def _steps(stock: ConfigDict) -> Iterator[ConfigDict]:
    """All steps of a dataset, those of the sets that it wraps first; of joined sets the first's."""
    if 'dataset' in stock:
        yield from _steps(stock.dataset)
    for part in stock.get('datasets', [])[:1]:
        yield from _steps(part)
    yield from copy.deepcopy(stock.get('pipeline', []))


def _dark_pipeline(steps: list[ConfigDict], task: Task) -> Iterator[ConfigDict]:
    if task.scope != 'mmdet':
        yield from (s for s in steps if any(part in s['type'] for part in KEPT))
        return
    # Boxes, mosaics and padding are for labelled images: padding would count in pooled features.
    sizes = (s.get('img_scale') or s.get('scale') or s.get('scales') for s in steps)
    size = next(filter(None, sizes), (1333, 800))
    size = size[0] if isinstance(size[0], list | tuple) else size
    yield next(s for s in steps if s['type'].endswith(('LoadImage', 'LoadImageFromFile')))
    yield ConfigDict(type='Resize', scale=size, keep_ratio=False)
    yield from (s for s in steps if s['type'] == 'RandomFlip')
    yield steps[-1]


def check_sets(cfg: Config, task: Task) -> None:
    """Let datasets and readers of this package take the place of stock ones.

    Args:
        cfg: Changed in place: types of datasets and steps of pipelines.
        task: Of the stock config.
    """
    for job in ('train', 'val', 'test'):
        for node in nodes(cfg.get(f'{job}_dataloader')):
            name = str(node.get('type')).removeprefix(f'{task.scope}.')
            if name in task.stock_sets:
                node['type'] = task.stock_sets[name]


def set_domains(cfg: Config, block: ConfigDict, task: Task) -> None:
    """Test by day and by night, raw and enhanced, in one run; validate likewise.

    A validation without a night of its own has one made, with the same draw for every model.

    Args:
        cfg: Changed in place: test and validation sets and their evaluators.
        block: The block ``wiid``.
        task: Of the stock config.

    Raises:
        ValueError: If the evaluator can't be used by day and by night.
    """
    val = block.get('val') or {}
    for job, changes in (('test', block), ('val', val)):
        loader = cfg.get(f'{job}_dataloader')
        if not loader:
            continue
        stock = innermost(loader.dataset)
        made = job == 'val' and 'night' not in val
        day = changes.get('day', {})
        times = {'day': day, 'night': day if made else changes.get('night')}
        sets = {
            name: in_domain(_changed(stock, change, task), name, light, task)
            for when, change in times.items()
            if change is not None
            for name, light in _lights(when, made, block.get('enhance'), task)
        }
        loader.dataset = ConfigDict(type='ConcatDataset', datasets=list(sets.values()))
        cfg[f'{job}_evaluator'] = _evaluator(cfg[f'{job}_evaluator'], sets, job, task)
        if job == 'val':
            rename_monitors(cfg, list(sets), task)


def _changed(stock: ConfigDict, change: dict | str, task: Task) -> ConfigDict:
    if isinstance(change, str):
        return as_labelled(change, stock, task)
    changed = copy.deepcopy(stock)
    changed.update(copy.deepcopy(change))
    return changed


def _lights(
    when: str, made: bool, enhance: dict | None, task: Task
) -> Iterator[tuple[str, list[ConfigDict]]]:
    """Names of the domains of a time of day, and what changes their light."""
    key = {} if task.image == 'img' else dict(key=task.image)
    lift = [] if enhance is None else [ConfigDict(type='wiid_plugins.Enhance', **key, **enhance)]
    if made and when == 'night':
        dusk = ConfigDict(type='wiid_plugins.Darken', out=task.image, seed=0)
        yield 'night_enhanced', [dusk, *lift]
        return
    yield when, []
    if lift and not made:
        yield f'{when}_enhanced', lift


def in_domain(base: ConfigDict, name: str, light: list[ConfigDict], task: Task) -> ConfigDict:
    """A set with its light changed, and its name in every sample."""
    base = copy.deepcopy(base)
    steps = list(base.pipeline)
    place, last = places(steps, task)
    for pack in _packs(steps):
        _keep_domain(pack, task)
    named = ConfigDict(type='wiid_plugins.SetDomain', name=name)
    lights = copy.deepcopy(light)
    base.pipeline = [*steps[:place], *lights, *steps[place:last], named, *steps[last:]]
    return base


def domain_of(dataset: ConfigDict) -> str | None:
    """The name that a set of :func:`in_domain` gives its samples; None: it is none."""
    named = (s['name'] for s in dataset.pipeline if s['type'] == 'wiid_plugins.SetDomain')
    return next(named, None)


def places(steps: Sequence[dict], task: Task) -> tuple[int, int]:
    """Where a test pipeline changes the light, and where it begins to pack."""
    names = [step['type'].split('.')[-1] for step in steps]
    first, last = (
        next(i for i, n in enumerate(names) if n.startswith(parts))
        for parts in (('LoadAnnotations', *PACKING), PACKING)
    )
    return max(i + 1 for i, n in enumerate(names[:first]) if task.light_after in n), last


def _packs(steps: Sequence) -> Iterator[ConfigDict]:
    """The packing transforms of a pipeline, those inside of test-time augmentation too."""
    for step in steps:
        if isinstance(step, list | tuple):
            yield from _packs(step)
        elif step['type'].split('.')[-1].startswith('Pack'):
            yield step
        else:
            yield from _packs(step.get('transforms', []))


def _keep_domain(pack: ConfigDict, task: Task) -> None:
    keys = pack.get('meta_keys')
    if keys is None:
        name = pack['type'] if '.' in pack['type'] else f'{task.scope}.{pack["type"]}'
        keys = TRANSFORMS.build({**pack, 'type': name}).meta_keys
    pack.meta_keys = tuple(dict.fromkeys((*keys, 'domain', 'img_path', 'filename')))


def _evaluator(
    stock: ConfigDict | list, sets: dict[str, ConfigDict], job: str, task: Task
) -> ConfigDict:
    """Score each domain: accuracy in one metric, detections by the stock metric of each set."""
    if isinstance(stock, list | tuple):
        if len(stock) != 1:
            raise ValueError(f'{job}_evaluator: wiid takes one metric, not {len(stock)}')
        stock = stock[0]
    if task.scope == 'mmdet':
        metrics = [copy.deepcopy(stock) for _ in sets]
        for metric, (name, dataset) in zip(metrics, sets.items(), strict=True):
            if metric.get('outfile_prefix'):  # a file for each
                metric.outfile_prefix = f'{metric.outfile_prefix}.{name}'
            if 'ann_file' in metric:
                metric.ann_file = str(Path(dataset.get('data_root') or '', dataset.ann_file))
        return ConfigDict(
            type='MultiDatasetsEvaluator', dataset_prefixes=list(sets), metrics=metrics
        )
    topk = _topk(stock)
    if topk is None:
        raise ValueError(
            f'{job}_evaluator is {stock["type"]}, and wiid scores by day and by night with top-k '
            f'accuracy; set {job}_evaluator=dict(type="wiid_plugins.DayNightMetric") if that fits'
        )
    more = {} if topk == 1 else {'topk': topk}
    return ConfigDict(type='wiid_plugins.DayNightMetric', **more)


def _topk(stock: ConfigDict) -> int | Sequence[int] | None:
    """The k of a stock metric that is nothing but top-k accuracy."""
    kind = stock['type'].split('.')[-1]
    if kind == 'DayNightMetric' or kind == 'Accuracy' and not stock.get('thrs'):
        return stock.get('topk', 1)
    if kind == 'AccMetric':
        wanted = stock.get('metric_list', ('top_k_accuracy', 'mean_class_accuracy'))
        options = (stock.get('metric_options') or {}).get('top_k_accuracy') or {}
        wanted = {wanted} if isinstance(wanted, str) else set(wanted)
        return options.get('topk', (1, 5)) if wanted <= ACCURACY else None
    return None
