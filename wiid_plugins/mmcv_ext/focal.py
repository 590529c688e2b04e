"""Focal loss (Lin et al., ICCV 2017), of sigmoids and of a softmax."""

import torch
import torchvision
from torch import Tensor

from .precision import gradients


def _sigmoid_focal(
    logits: Tensor, target: Tensor, weight: Tensor, gamma: float, alpha: float
) -> Tensor:
    """Focal loss of logits (N, C); a target (N,) outside the C classes is background."""
    classes = torch.arange(logits.size(1), device=target.device)
    positive = (target[:, None] == classes).to(logits.dtype)
    loss = torchvision.ops.sigmoid_focal_loss(logits, positive, alpha=alpha, gamma=gamma)
    return loss * weight[target, None] if len(weight) else loss


def sigmoid_focal_loss_forward(
    logits: Tensor, target: Tensor, weight: Tensor, output: Tensor, gamma: float, alpha: float
) -> None:
    """Fill `output` (N, C) with the loss of each logit.

    Args:
        logits: (N, C) float.
        target: (N,) int64 class; C is background.
        weight: (C,) float of the classes, or empty.
        output: (N, C), filled.
        gamma: Exponent of the modulating factor.
        alpha: Weight of the positive class, in [0, 1].
    """
    output.copy_(_sigmoid_focal(logits, target, weight, gamma, alpha))


def sigmoid_focal_loss_backward(
    logits: Tensor, target: Tensor, weight: Tensor, grad_input: Tensor, gamma: float, alpha: float
) -> None:
    """Fill `grad_input` (N, C) with the derivative of each loss by its logit."""
    grad_input.copy_(
        gradients(
            lambda x: _sigmoid_focal(x, target, weight, gamma, alpha),
            [logits],
            torch.ones_like(logits),
        )[0]
    )


def softmax_focal_loss_forward(
    softmax: Tensor, target: Tensor, weight: Tensor, output: Tensor, gamma: float, alpha: float
) -> None:
    """Fill `output` (N,) with the loss of each sample.

    Args:
        softmax: (N, C) float, probabilities.
        target: (N,) int64 class; below 0 is ignored.
        weight: (C,) float of the classes, or empty.
        output: (N,), filled.
        gamma: Exponent of the modulating factor.
        alpha: Weight of the loss.
    """
    right = softmax.gather(1, target.clamp(min=0)[:, None])[:, 0]
    loss = -alpha * (1 - right) ** gamma * _log(right)
    output.copy_(loss * _weight_of(target, weight, loss))


def softmax_focal_loss_backward(
    softmax: Tensor,
    target: Tensor,
    weight: Tensor,
    buff: Tensor,
    grad_input: Tensor,
    gamma: float,
    alpha: float,
) -> None:
    """Fill `grad_input` (N, C) with the derivative of each sample's loss by its logits.

    `buff` (N,) is mmcv's scratch space and stays as it is.
    """
    right = softmax.gather(1, target.clamp(min=0)[:, None])[:, 0]
    outer = -((1 - right) ** gamma) + gamma * (1 - right) ** (gamma - 1) * right * _log(right)
    outer = alpha * outer * _weight_of(target, weight, outer)
    classes = torch.arange(softmax.size(1), device=target.device)
    chosen = (target[:, None] == classes).to(softmax.dtype)
    grad_input.copy_(outer[:, None] * (chosen - softmax))


def _log(probability: Tensor) -> Tensor:
    return probability.clamp(min=torch.finfo(probability.dtype).tiny).log()


def _weight_of(target: Tensor, weight: Tensor, like: Tensor) -> Tensor:
    """Weight of each sample: 0 where it is ignored."""
    known = (target >= 0).to(like.dtype)
    return known * weight[target.clamp(min=0)] if len(weight) else known
