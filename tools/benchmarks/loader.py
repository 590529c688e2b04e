"""The loaders that tools/benchmark.py loader compares."""

import time
from collections.abc import Iterator
from itertools import islice

from mmengine.config import Config
from mmengine.runner import Runner
from torch.utils.data import DataLoader


def loader_configs(config: Config) -> dict[str, dict]:
    """Configs of three loaders that differ in nothing but what they make of the day set.

    ``stock``: the day set alone, read by the toolbox's own file loader; ``paired``: the
    config's own, with its dark stream; ``in-worker``: that, with night twin and target made in the
    workers.

    Raises:
        ValueError: If the config has no dark stream.
    """
    given, views = config.train_dataloader.to_dict(), config.model.get('data_preprocessor', {})
    both = given['dataset']
    if both['type'] != 'wiid_plugins.WithDark':
        raise ValueError(f'{config.filename}: its train_dataloader has no dark stream (WithDark)')
    day = both['dataset']
    *before, pack = day['pipeline']
    target = views.get('target') or {}
    twins = [
        dict(type='wiid_plugins.Darken', **(views.get('darken') or {})),
        dict(type='wiid_plugins.TargetMask', **target),
        dict(type='wiid_plugins.PackTwin', pack=pack),
    ]
    file = dict(type='LoadImageFromFile')
    plain = [file if t['type'] == 'wiid_plugins.LoadImage' else t for t in day['pipeline']]
    in_worker = {**both, 'dataset': {**day, 'pipeline': [*before, *twins]}}
    stock = {**day, 'pipeline': plain}
    datasets = {'stock': stock, 'paired': both, 'in-worker': in_worker}
    return {name: {**given, 'dataset': dataset} for name, dataset in datasets.items()}


def build_loader(config: dict) -> DataLoader:
    """Build one as a Runner does, with stacked batches."""
    config = {**config, 'collate_fn': dict(type='default_collate')}
    return Runner.build_dataloader(config, seed=0)


def deliver(batches: DataLoader, count: int) -> float:
    """Seconds for ``count`` batches after the first, that is without the start of the workers."""
    iterator: Iterator = iter(batches)
    next(iterator)
    start = time.perf_counter()
    for _ in islice(iterator, count):
        pass
    return time.perf_counter() - start


def images_per_sample(batches: DataLoader) -> int:
    """Count the pictures of one sample."""
    return sum(key in batches.dataset[0] for key in ('inputs', 'night', 'dark'))
