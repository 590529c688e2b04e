"""DayNightMetric against a direct computation."""

import numpy as np
import pytest
import torch

from wiid_plugins.engine import DayNightMetric


def test_top1_and_class_mean_of_every_domain():
    random = np.random.default_rng(0)
    n, classes = 200, 4
    domain = np.array(['day', 'night'])[(random.random(n) < 0.3).astype(int)]
    truth = random.choice(classes, n, p=[0.6, 0.2, 0.15, 0.05])  # unbalanced
    scores = random.random((n, classes)) + 0.5 * np.eye(classes)[truth]
    metric = DayNightMetric()
    samples = [
        dict(domain=d, gt_label=torch.tensor([t]), pred_score=torch.from_numpy(s))
        for d, t, s in zip(domain, truth, scores, strict=True)
    ]
    for start in range(0, n, 32):
        metric.process(None, samples[start : start + 32])
    found, expected = metric.evaluate(n), {}
    hit = scores.argmax(1) == truth
    for name in ('day', 'night'):
        here = domain == name
        per_class = [hit[here & (truth == c)].mean() for c in np.unique(truth[here])]
        expected[f'{name}/top1'] = 100 * hit[here].mean()
        expected[f'{name}/class_mean'] = 100 * np.mean(per_class)
    assert found == pytest.approx(expected)
    assert len({round(v, 6) for v in found.values()}) == 4


def test_a_class_that_does_not_occur_does_not_count():
    metric = DayNightMetric()
    right = dict(domain='day', gt_label=torch.tensor([2]), pred_score=torch.eye(9)[2])
    metric.process(None, [right])
    assert metric.evaluate(1) == {'day/top1': 100, 'day/class_mean': 100}


def test_a_sample_without_domain_is_reported_with_the_mend():
    with pytest.raises(KeyError, match='wiid_plugins.SetDomain.*meta_keys'):
        DayNightMetric().process(None, [dict(gt_label=0)])
