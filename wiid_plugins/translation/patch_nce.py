"""PatchNCE: a translated patch must resemble its own place in the source more than the other places."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class PatchSampler(nn.Module):
    """Project the features of drawn places onto the unit sphere, with one small MLP per layer.

    Args:
        channels: C of each layer's features.
        width: Size of the hidden layer and of the projection.

    Source: Park et al., ECCV 2020 (CUT), Sec. 3.2 (H_l) and appendix C.1.
    """

    def __init__(self, channels: Sequence[int], width: int = 256):
        super().__init__()
        self.heads = nn.ModuleList(
            nn.Sequential(nn.Linear(c, width), nn.ReLU(inplace=True), nn.Linear(width, width))
            for c in channels
        )

    def forward(self, features: Sequence[Tensor], places: Sequence[Tensor]) -> list[Tensor]:
        """Project the features at some places.

        Args:
            features: Per layer, ``(B, C, h, w)`` float.
            places: Per layer, ``(P,)`` int64 into ``h * w``, the same for every picture.

        Returns:
            Per layer, ``(B, P, width)`` float32 of length 1.
        """
        layers = zip(self.heads, features, places, strict=True)
        picked = [(head, f.flatten(2)[..., p].transpose(1, 2)) for head, f, p in layers]
        return [F.normalize(head(f).float(), dim=-1) for head, f in picked]


def draw_places(features: Sequence[Tensor], count: int = 256) -> list[Tensor]:
    """Draw ``count`` different places per layer, or take all where there are fewer.

    Args:
        features: Per layer, ``(B, C, h, w)``.
        count: How many.

    Returns:
        Per layer, ``(P,)`` int64 into ``h * w``, on the features' device.
    """
    sizes = [f.shape[-2] * f.shape[-1] for f in features]
    return [
        torch.randperm(n, device=f.device)[:count] for n, f in zip(sizes, features, strict=True)
    ]


def patch_nce(query: Tensor, key: Tensor, temperature: float = 0.07) -> Tensor:
    """Cross entropy of finding each query's own place among all places of the same picture.

    Args:
        query: ``(B, P, C)`` float of length 1, of the translated pictures.
        key: The same, of the source pictures; gets no gradient.
        temperature: Divides the cosines.

    Returns:
        ``(B,)``, the mean over a picture's places.

    Source: Park et al., ECCV 2020 (CUT), Eq. 2 and 3.
    """
    cosines = query @ key.detach().transpose(1, 2)
    own = torch.arange(query.shape[1], device=query.device).expand(query.shape[:2])
    each = F.cross_entropy(cosines.transpose(1, 2).float() / temperature, own, reduction='none')
    return each.mean(1)
