"""Accuracy by day and by night, side by side."""

from collections import defaultdict

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log

from ..registry import METRICS


@METRICS.register_module()
class DayNightMetric(BaseMetric):
    """Overall and class-mean top-1 of every domain in one pass over joined test sets.

    Samples carry ``domain`` (see :class:`~wiid_plugins.transforms.SetDomain`). Results are percent,
    ``<domain>/top1`` and ``<domain>/class_mean``; the class mean runs over the classes that occur.
    """

    def process(self, data_batch, data_samples) -> None:
        """Keep domain, truth and prediction of each sample."""
        for sample in data_samples:
            if 'domain' not in sample:
                raise KeyError(
                    'a sample has no domain; add dict(type="wiid_plugins.SetDomain", name=...) to '
                    'its pipeline and "domain" to the meta_keys of the packing transform'
                )
            truth, scores = sample['gt_label'], sample['pred_score']
            self.results.append((sample['domain'], int(truth), int(scores.argmax())))

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Score the domains in the order in which they came."""
        hits: dict[str, dict[int, list[bool]]] = defaultdict(lambda: defaultdict(list))
        for domain, truth, predicted in results:
            hits[domain][truth].append(truth == predicted)
        metrics: dict[str, float] = {}
        rows = []
        for domain, classes in hits.items():
            top1 = 100 * np.mean(np.concatenate(list(classes.values())))
            mean = 100 * np.mean([np.mean(h) for h in classes.values()])
            metrics |= {f'{domain}/top1': float(top1), f'{domain}/class_mean': float(mean)}
            count = sum(map(len, classes.values()))
            rows.append(f'{domain:<16}{count:>8}{top1:>10.2f}{mean:>12.2f}')
        head = f'{"domain":<16}{"samples":>8}{"top-1":>10}{"class mean":>12}'
        print_log('\n'.join(['', head, *rows]), logger='current')
        return metrics
