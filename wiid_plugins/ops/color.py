"""Colour spaces that the other equations stand on."""

import torch
from torch import Tensor


def luma(images: Tensor) -> Tensor:
    """Grey value of gamma-encoded RGB, ITU-R BT.601 weights: ``(..., 3, H, W)`` -> ``(..., H, W)``."""
    red, green, blue = images.unbind(-3)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def srgb_to_linear(images: Tensor) -> Tensor:
    """Decode the sRGB tone curve, [0, 1] -> [0, 1] (IEC 61966-2-1)."""
    toe = images / 12.92
    return torch.where(images <= 0.04045, toe, ((images.clamp_min(0.04045) + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(images: Tensor) -> Tensor:
    """Encode with the sRGB tone curve, [0, 1] -> [0, 1] (IEC 61966-2-1)."""
    toe = images * 12.92
    edge = 0.0031308
    return torch.where(images <= edge, toe, 1.055 * images.clamp_min(edge) ** (1 / 2.4) - 0.055)
