"""Accuracy of each class, and how far confidence is from it."""

from collections import defaultdict

import numpy as np
from mmengine.evaluator import BaseMetric

from ...registry import METRICS

BINS = 15


@METRICS.register_module()
class ClassAccuracy(BaseMetric):
    """Percent right of each class that occurs, and the expected calibration error, in percent.

    Results are ``class/<name>`` and ``ece``; the latter only where scores are probabilities.
    """

    def process(self, data_batch, data_samples) -> None:
        """Keep truth, prediction and confidence of each sample."""
        for sample in data_samples:
            scores = sample['pred_score'].double()
            best = int(scores.argsort(descending=True, stable=True)[0])
            probable = bool((scores >= 0).all() and abs(scores.sum() - 1) < 1e-3)
            confidence = float(scores[best]) if probable else float('nan')
            self.results.append((int(sample['gt_label']), best, confidence))

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Score each class, and the confidence of all."""
        names = (self.dataset_meta or {}).get('classes') or ()
        right = defaultdict(list)
        for truth, best, _ in results:
            right[truth].append(truth == best)
        found = {
            f'class/{names[label] if label < len(names) else label}': 100 * float(np.mean(hits))
            for label, hits in sorted(right.items())
        }
        confidence = np.array([c for _, _, c in results])
        if np.isfinite(confidence).all():
            hits = np.array([truth == best for truth, best, _ in results])
            found['ece'] = 100 * calibration_error(confidence, hits)
        return found


def calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = BINS) -> float:
    """Expected calibration error (Guo et al., ICML 2017, Eq. 3), in [0, 1].

    Args:
        confidence: ``(N,)`` in [0, 1], of the predicted class; a bin holds its upper edge.
        right: ``(N,)`` bool.
        bins: Of equal width.
    """
    place = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    gap = np.bincount(place, right - confidence, bins)
    return float(np.abs(gap).sum() / len(confidence))
