"""Masked consistency: learn of masked images what a slow model says of the whole ones."""

import torch
import torch.nn.functional as F
from torch import Tensor


def masked_consistency(logits: Tensor, slow: Tensor, threshold: float) -> Tensor:
    """Cross entropy against the classes that a slow model is sure of.

    Each class counts the same, so that the mix of classes of the unlabelled images does not enter, and
    the whole is weighted by the share of images that the slow model is sure of.

    Args:
        logits: ``(M, K)`` of the model on masked images.
        slow: ``(M, K)`` probabilities of the slow model on the whole images.
        threshold: Probability from which it is sure.

    Returns:
        Scalar; 0 where it is sure of nothing.

    Source: Sohn et al., NeurIPS 2020 (FixMatch, Eq. 4); Hoyer et al., CVPR 2023 (MIC, Eq. 6).
    """
    confidence, label = slow.detach().max(1)
    sure = confidence >= threshold
    count = F.one_hot(label, slow.shape[1])[sure].sum(0)
    each = F.cross_entropy(logits, label, reduction='none')
    weight = sure / count[label].clamp(min=1) / (count > 0).sum().clamp(min=1)
    return torch.where(sure, each * weight, 0).sum() * sure.float().mean()
