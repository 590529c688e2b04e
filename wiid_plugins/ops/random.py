"""Draws that repeat under a passed generator, on any device."""

import torch
from torch import Tensor


def uniform(
    n: int,
    bounds: tuple[float, float],
    generator: torch.Generator | None = None,
    device: torch.device | str = 'cpu',
) -> Tensor:
    """Draw ``(n,)`` floats from U(bounds), on the generator's device, and move them to ``device``."""
    low, high = bounds
    source = device if generator is None else generator.device
    return (low + (high - low) * torch.rand(n, generator=generator, device=source)).to(device)


def normal_like(images: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Draw standard normal float32 noise of the shape of ``images``, on its device."""
    source = images.device if generator is None else generator.device
    return torch.randn(images.shape, generator=generator, device=source).to(images.device)
