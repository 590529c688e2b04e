"""Accuracy by day and by night, side by side."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log

from ..registry import METRICS


@METRICS.register_module()
class DayNightMetric(BaseMetric):
    """Overall and class-mean top-1 of every domain in one pass over joined test sets.

    Samples carry ``domain`` (see :class:`~wiid_plugins.transforms.SetDomain`). Results are percent,
    ``<domain>/top1`` and ``<domain>/class_mean``; the class mean runs over the classes that occur.

    Args:
        topk: Among how many best classes the true one counts as found, besides top-1.
        **kwargs: Of mmengine's ``BaseMetric``.
    """

    def __init__(self, topk: int | Sequence[int] = 1, **kwargs):
        super().__init__(**kwargs)
        self.topk = sorted({1, *np.atleast_1d(topk).tolist()})

    def process(self, data_batch, data_samples) -> None:
        """Keep domain, truth and prediction of each sample."""
        for sample in data_samples:
            if 'domain' not in sample:
                raise KeyError(
                    'a sample has no domain; add dict(type="wiid_plugins.SetDomain", name=...) to '
                    'its pipeline and "domain" to the meta_keys of the packing transform'
                )
            truth, scores = sample['gt_label'], sample['pred_score']
            best = scores.argsort(descending=True, stable=True)[: self.topk[-1]].tolist()
            self.results.append((sample['domain'], int(truth), best))

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Score the domains in the order in which they came."""
        found: dict[str, list[tuple[int, list[int]]]] = defaultdict(list)
        for domain, truth, best in results:
            found[domain].append((truth, best))
        metrics: dict[str, float] = {}
        rows = []
        for domain, samples in found.items():
            scores = _scores(samples, self.topk)
            metrics |= {f'{domain}/{name}': value for name, value in scores.items()}
            cells = ''.join(f'{value:>12.2f}' for value in scores.values())
            rows.append(f'{domain:<16}{len(samples):>8}{cells}')
        titles = [f'top-{k}' for k in self.topk] + ['class mean']
        head = f'{"domain":<16}{"samples":>8}' + ''.join(f'{title:>12}' for title in titles)
        print_log('\n'.join(['', head, *rows]), logger='current')
        return metrics


def _scores(samples: list[tuple[int, list[int]]], topk: Sequence[int]) -> dict[str, float]:
    """Percent of samples among whose best classes the true one is, and the mean over classes."""
    scores = {f'top{k}': 100 * np.mean([t in best[:k] for t, best in samples]) for k in topk}
    hits: dict[int, list[bool]] = defaultdict(list)
    for truth, best in samples:
        hits[truth].append(truth == best[0])
    scores['class_mean'] = 100 * np.mean([np.mean(h) for h in hits.values()])
    return {name: float(value) for name, value in scores.items()}
