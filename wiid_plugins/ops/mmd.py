"""Multi-kernel maximum mean discrepancy between two batches of features."""

import torch
from torch import Tensor


def mmd_loss(source: Tensor, target: Tensor, num_kernels: int = 5, factor: float = 2.0) -> Tensor:
    """Squared maximum mean discrepancy, biased estimator, sum of RBF kernels.

    ``mean(K_ss) + mean(K_tt) - mean(K_st) - mean(K_ts)`` with
    ``K = sum_i exp(-d^2 / (b * factor ** (i - num_kernels // 2)))``, where ``b`` is the mean squared
    distance of distinct pairs of the joined batch, taken as a constant. Gradients reach both
    batches. Computed in float32 at least, whatever the autocast state.

    Args:
        source: ``(N, C)`` float features.
        target: ``(M, C)`` float features; ``M`` may differ from ``N``.
        num_kernels: Number of bandwidths.
        factor: Ratio of neighbouring bandwidths.

    Returns:
        Scalar >= 0 (up to rounding), 0 when both batches are equal.

    Raises:
        ValueError: If the inputs are not two matrices of the same width.

    Sources: Gretton et al., JMLR 2012, Eq. 5 (estimator); Long et al., ICML 2015 (kernel family).
    """
    if source.ndim != 2 or target.ndim != 2 or source.shape[1] != target.shape[1]:
        raise ValueError(
            f'mmd_loss takes (N, C) and (M, C), got {tuple(source.shape)} and {tuple(target.shape)}'
        )
    n, m = len(source), len(target)
    with torch.autocast(source.device.type, enabled=False):
        joined = torch.cat([source, target])
        joined = joined if joined.dtype == torch.float64 else joined.float()
        distance = squared_distances(joined)
        # The diagonal is zero, so the sum runs over the (n + m)(n + m - 1) ordered distinct pairs.
        centre = distance.detach().sum() / max((n + m) * (n + m - 1), 1)
        centre = centre.clamp_min(torch.finfo(joined.dtype).tiny ** 0.5)  # all points equal
        kernel = sum(
            (
                torch.exp(-distance / (centre * factor ** (i - num_kernels // 2)))
                for i in range(num_kernels)
            ),
            distance.new_zeros(()),
        )
        same = kernel[:n, :n].mean() + kernel[n:, n:].mean()
        return same - kernel[:n, n:].mean() - kernel[n:, :n].mean()


def squared_distances(points: Tensor) -> Tensor:
    """Squared Euclidean distance of every pair of rows, ``(N, C)`` -> ``(N, N)``.

    Differences are formed explicitly: the cheaper ``|a|^2 + |b|^2 - 2ab`` loses all digits for
    features that lie close together, which is where MMD is wanted.
    """
    return (points[:, None] - points[None]).square().sum(-1)
