"""What a good exposure looks like without a reference picture: the four losses of Zero-DCE.

Source: Guo et al., CVPR 2020, Eq. 4 to 7. Where the published code leaves the paper, this follows the
code, and each function says so. All scalars are means over the batch, without weights.
"""

import torch
import torch.nn.functional as F
from torch import Tensor


def spatial_loss(enhanced: Tensor, images: Tensor) -> Tensor:
    """Keep the contrast between neighbouring regions of 4 x 4 px (Eq. 4).

    As published, the differences are signed (the paper takes their absolute values), and outside the
    picture everything is black.

    Args:
        enhanced: ``(N, 3, H, W)`` float RGB in [0, 1].
        images: The same pictures before enhancement.

    Returns:
        Scalar: the mean over regions of the sum over the four neighbours.

    Raises:
        ValueError: If the pictures are smaller than a region.
    """
    change = _grey_regions(enhanced, 4) - _grey_regions(images, 4)
    # Differences to neighbours are linear, so that of the changes is the change of the differences.
    around = F.pad(change, (1, 1, 1, 1))
    left, right = around[..., 1:-1, :-2], around[..., 1:-1, 2:]
    up, down = around[..., :-2, 1:-1], around[..., 2:, 1:-1]
    apart = ((change - other).square() for other in (left, right, up, down))
    return sum(apart, change.new_zeros(())).mean()


def exposure_loss(enhanced: Tensor, level: float = 0.6) -> Tensor:
    """Bring the grey level of every region of 16 x 16 px to a well-exposed one (Eq. 5).

    As published, the distance is squared (the paper takes its absolute value).

    Args:
        enhanced: ``(N, 3, H, W)`` float RGB in [0, 1].
        level: Grey level aimed at, E in the paper.

    Returns:
        Scalar: the mean over regions.

    Raises:
        ValueError: If the pictures are smaller than a region.
    """
    return (_grey_regions(enhanced, 16) - level).square().mean()


def colour_loss(enhanced: Tensor) -> Tensor:
    """Pull the mean red, green and blue of a picture together: grey world (Eq. 6).

    As published, it is the root of the summed fourth powers of the three differences (the paper sums
    their squares). Its gradient on a grey picture is 0.

    Args:
        enhanced: ``(N, 3, H, W)`` float RGB in [0, 1].

    Returns:
        Scalar: the mean over pictures.
    """
    red, green, blue = enhanced.mean((2, 3)).unbind(1)
    squares = torch.stack([red - green, red - blue, blue - green], 1).square()
    return torch.linalg.vector_norm(squares, dim=1).mean()


def smoothness_loss(curves: Tensor) -> Tensor:
    """Keep neighbouring pixels on similar curves: total variation of the curve maps (Eq. 7).

    As published, it is twice the mean squared step down plus that to the right, summed over all maps
    (the paper squares the sum of the absolute steps and averages over iterations).

    Args:
        curves: ``(N, C, H, W)`` float in [-1, 1], H and W at least 2.

    Returns:
        Scalar: the mean over pictures.
    """
    down, right = curves.diff(dim=2), curves.diff(dim=3)
    return 2 * curves.shape[1] * (down.square().mean() + right.square().mean())


def _grey_regions(images: Tensor, size: int) -> Tensor:
    """Mean of the channels over regions; what is left at the right and bottom edge is dropped."""
    height, width = images.shape[-2:]
    if min(height, width) < size:
        raise ValueError(
            f'pictures of {width}x{height} px are too small for the losses of Zero-DCE: resize them '
            f'to at least {size}x{size} px in the training pipeline'
        )
    return F.avg_pool2d(images.mean(1, keepdim=True), size)
