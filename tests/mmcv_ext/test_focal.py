"""Focal losses equal their formula, written out in NumPy float64."""

import numpy as np
import pytest
import torch
from mmcv.ops import sigmoid_focal_loss, softmax_focal_loss
from torch.autograd import gradcheck

LOGITS = torch.randn(7, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 3
TARGET = torch.tensor([0, 1, 2, 3, 0, 1, 3])
WEIGHT = torch.tensor([0.5, 1.0, 2.0, 0.1], dtype=torch.float64)


@pytest.mark.parametrize('weight', [None, WEIGHT])
def test_sigmoid_focal_loss_is_its_formula(weight):
    probability, one_hot = 1 / (1 + np.exp(-LOGITS.numpy())), np.eye(4)[TARGET]
    right = np.where(one_hot == 1, probability, 1 - probability)
    wanted = -np.where(one_hot == 1, 0.3, 0.7) * (1 - right) ** 1.5 * np.log(right)
    wanted = wanted * (1 if weight is None else weight.numpy()[TARGET, None])
    found = sigmoid_focal_loss(LOGITS, TARGET, 1.5, 0.3, weight, 'none')
    np.testing.assert_allclose(found, wanted, atol=1e-10)
    leaf = LOGITS.clone().requires_grad_()
    assert gradcheck(lambda x: sigmoid_focal_loss(x, TARGET, 1.5, 0.3, weight, 'mean'), leaf)


def test_the_class_after_the_last_is_background():
    background = torch.full((7,), 4)
    found = sigmoid_focal_loss(LOGITS, background, 2.0, 0.25, None, 'none').numpy()
    probability = 1 / (1 + np.exp(-LOGITS.numpy()))
    np.testing.assert_allclose(found, -0.75 * probability**2 * np.log(1 - probability), atol=1e-10)


@pytest.mark.parametrize('weight', [None, WEIGHT])
def test_softmax_focal_loss_is_its_formula(weight):
    power = np.exp(LOGITS.numpy())
    right = (power / power.sum(1, keepdims=True))[np.arange(7), TARGET]
    wanted = -0.3 * (1 - right) ** 1.5 * np.log(right)
    wanted = wanted * (1 if weight is None else weight.numpy()[TARGET])
    found = softmax_focal_loss(LOGITS.clone(), TARGET, 1.5, 0.3, weight, 'none')
    np.testing.assert_allclose(found, wanted, atol=1e-10)
    leaf = LOGITS.clone().requires_grad_()
    assert gradcheck(lambda x: softmax_focal_loss(x, TARGET, 1.5, 0.3, weight, 'sum'), leaf)


def test_a_negative_target_is_ignored_by_the_softmax():
    ignored, leaf = torch.tensor([-1] * 7), LOGITS.clone().requires_grad_()
    loss = softmax_focal_loss(leaf, ignored, 2.0, 0.25, None, 'sum')
    loss.backward()
    assert loss == 0 and (leaf.grad == 0).all()


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_focal_loss_takes_half_precision(dtype):
    logits = LOGITS.to(dtype).requires_grad_()
    loss = sigmoid_focal_loss(logits, TARGET, 2.0, 0.25, None, 'none')
    loss.sum().backward()
    whole = sigmoid_focal_loss(logits.detach().float(), TARGET, 2.0, 0.25, None, 'none')
    assert loss.dtype == logits.grad.dtype == dtype
    torch.testing.assert_close(loss.float(), whole, atol=1e-2, rtol=1e-2)
