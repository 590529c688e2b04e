"""Masked consistency against the formula, class by class, in NumPy."""

import numpy as np
import pytest
import torch

from wiid_plugins.ops.consistency import masked_consistency


def test_it_is_the_mean_over_classes_weighted_by_the_share_of_the_sure():
    draw = torch.Generator().manual_seed(0)
    logits = torch.randn(40, 5, generator=draw, dtype=torch.float64)
    slow = (3 * torch.randn(40, 5, generator=draw, dtype=torch.float64)).softmax(1)
    p, q = logits.softmax(1).numpy(), slow.numpy()
    sure, label = q.max(1) >= 0.8, q.argmax(1)
    by_class = [
        np.mean([-np.log(p[i, c]) for i in np.flatnonzero(sure & (label == c))])
        for c in np.unique(label[sure])
    ]
    wanted = np.mean(by_class) * sure.mean()
    assert 0 < sure.sum() < 40
    assert masked_consistency(logits, slow, 0.8).item() == pytest.approx(wanted)


def test_nothing_is_learned_of_what_nobody_is_sure_of():
    logits = torch.randn(4, 3, requires_grad=True)
    loss = masked_consistency(logits, torch.full((4, 3), 1 / 3), 0.9)
    loss.backward()
    assert loss == 0 and not logits.grad.any()


def test_the_gradient_reaches_the_model_alone():
    logits, slow = torch.randn(4, 3, requires_grad=True), torch.randn(4, 3, requires_grad=True)
    masked_consistency(logits, (9 * slow).softmax(1), 0.5).backward()
    assert logits.grad.any() and slow.grad is None
