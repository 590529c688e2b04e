"""What a config picks, stops or slows down by: scores of a validation, which now have a domain."""

from collections.abc import Sequence

from mmengine.config import Config

from .own import nodes
from .tasks import Task

WATCHES = ('save_best', 'monitor')  # of CheckpointHook; of EarlyStoppingHook and ReduceOnPlateau
OTHERWISE = {'mean1': 'class_mean', 'mean_class_accuracy': 'class_mean'}


def rename_monitors(cfg: Config, domains: Sequence[str], task: Task) -> None:
    """Let what watches a stock score watch that of the first domain.

    Args:
        cfg: Changed in place: hooks and schedules.
        domains: Of the validation.
        task: Of the stock config.

    Raises:
        ValueError: If a score is watched that the validation does not give.
    """
    for part in ('default_hooks', 'custom_hooks', 'param_scheduler'):
        for node in nodes(cfg.get(part)):
            for key in WATCHES:
                names = node.get(key)
                if isinstance(names, str):
                    node[key] = _renamed(names, key, domains, task)
                elif isinstance(names, list | tuple):
                    node[key] = [_renamed(name, key, domains, task) for name in names]


def _renamed(name: str, key: str, domains: Sequence[str], task: Task) -> str:
    if name == 'auto' or name.split('/')[0] in domains:
        return name
    if task.scope == 'mmdet':
        return f'{domains[0]}/{name}'
    score = name.split('/')[-1]
    score = OTHERWISE.get(score, score)
    if score != 'class_mean' and not score.startswith('top'):
        raise ValueError(
            f'{key}={name!r} is no score of a validation by day and by night; set '
            f'{key}="{domains[0]}/top1" or "{domains[0]}/class_mean"'
        )
    return f'{domains[0]}/{score}'
