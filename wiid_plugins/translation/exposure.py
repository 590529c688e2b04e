"""How bright an enhancement makes pictures."""

from collections.abc import Sequence

import numpy as np
from mmengine.evaluator import BaseMetric
from torch import Tensor

from ..registry import METRICS


@METRICS.register_module()
class ExposureMetric(BaseMetric):
    """Mean grey level of the pictures before and after enhancement, in [0, 1].

    Results are ``exposure/before`` and ``exposure/after``. They show that a training works; they
    select nothing, since the brightest model is not the best one.
    """

    default_prefix = 'exposure'

    def process(
        self, data_batch: dict[str, Sequence[Tensor]], data_samples: Sequence[Tensor]
    ) -> None:
        """Keep the grey levels of a batch.

        Args:
            data_batch: ``inputs`` are N pictures ``(3, H, W)`` uint8.
            data_samples: N enhanced pictures ``(3, H, W)`` float in [0, 1].
        """
        for before, after in zip(data_batch['inputs'], data_samples, strict=True):
            self.results.append((float(before.float().mean() / 255), float(after.mean())))

    def compute_metrics(self, results: list[tuple[float, float]]) -> dict[str, float]:
        """Average over pictures."""
        before, after = np.mean(results, axis=0)
        return dict(before=float(before), after=float(after))
