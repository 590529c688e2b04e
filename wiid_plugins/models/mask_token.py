"""A learned colour, or a small learned texture, in place of what masking hides."""

import torch
from torch import Tensor, nn

from ..ops.regions import show_only

SIDES = {'token': 1, 'texture': 16}  # of the tile, px


class MaskToken(nn.Module):
    """Fill what is hidden with a learned tile ``(3, S, S)``, repeated over the image.

    All views of a batch share it. It starts as the mean colour and is trained as any weight, with
    every loss that sees a masked view: the task losses of day and night, BYOL through its online
    branch, and MMD. The targets of the momentum encoder give it no gradient. Outside training nothing
    is hidden, so an exported model does without it.

    Args:
        fill: ``'token'``, one value per channel, or ``'texture'``, 16 x 16 of them per channel.
        mean: The mean colour in the values of the images: 0 where they are normalised. What is
            learned is the difference from it, so that weight decay pulls towards it.
    """

    def __init__(self, fill: str, mean: float = 0.0):
        super().__init__()
        self.mean = mean
        self.value = nn.Parameter(torch.zeros(3, SIDES[fill], SIDES[fill]))

    def forward(self, images: Tensor, visible: Tensor) -> Tensor:
        """Images ``(N, 3, ..., H, W)`` float, visible ``(N, H, W)`` bool -> images, filled."""
        return show_only(images, visible, self.value + self.mean)


def build_mask_token(fill: str, masked: bool, needs: str, mean: float = 0.0) -> MaskToken | None:
    """Build what the option ``fill`` asks for; None for ``'mean'``, the mean colour.

    Args:
        fill: ``'mean'``, ``'token'`` or ``'texture'``.
        masked: Whether anything will be hidden.
        needs: What has to be set for that.
        mean: See :class:`MaskToken`.

    Raises:
        ValueError: If there is no such fill, or nothing that it would be seen in.
    """
    if fill not in ('mean', *SIDES):
        raise ValueError(f"fill={fill!r}: choose 'mean', 'token' or 'texture'")
    if fill == 'mean':
        return None
    if not masked:
        raise ValueError(
            f'fill={fill!r} is learned from what masking hides, and nothing is hidden without '
            f"{needs}; set that, or fill='mean'"
        )
    return MaskToken(fill, mean)
