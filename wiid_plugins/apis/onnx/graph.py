"""One graph from images to what a network finds in them."""

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.onnx.operators import shape_as_tensor

from ...translation import Light
from .light import Brighten


@dataclass(frozen=True)
class Norm:
    """What a network wants of images in [0, 255].

    Args:
        mean: Of each channel, in the order of the network.
        std: Of each channel.
        bgr: Whether the network wants blue first.
        divisor: Sides are padded to a multiple of it, right and below.
        border: What they are padded with, normalised.
    """

    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (255.0,)
    bgr: bool = False
    divisor: int = 1
    border: float = 0.0

    @classmethod
    def of(cls, preprocessor: Any, rgb_in: bool = False) -> 'Norm':
        """Read it off the preprocessor of a toolbox.

        Args:
            preprocessor: Of mmpretrain, mmdet or mmaction2.
            rgb_in: Whether the loader gives it RGB.
        """
        turned = getattr(
            preprocessor, 'to_rgb', getattr(preprocessor, '_channel_conversion', False)
        )
        numbers = {}
        if preprocessor._enable_normalize:
            mean, std = preprocessor.mean.flatten().tolist(), preprocessor.std.flatten().tolist()
            numbers = dict(mean=tuple(mean), std=tuple(std))
        else:
            numbers = dict(std=(1.0,))
        return cls(
            **numbers,
            bgr=bool(turned) == rgb_in,
            divisor=getattr(preprocessor, 'pad_size_divisor', 1),
            border=float(getattr(preprocessor, 'pad_value', 0)),
        )


class Graph(nn.Module):
    """Brighten, normalise, pad, and run a network.

    Args:
        light: None leaves images as they are.
        norm: What the network wants.
        network: ``(N, [T,] 3, H, W)`` normalised, and the sizes ``(4,)`` or ``(5,)`` before padding.
        floats: Whether images come as float in [0, 1] instead of uint8.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, light: Light | None, norm: Norm, network: nn.Module, floats: bool):
        super().__init__()
        self.brighten = None if light is None else Brighten(light)
        self.norm, self.network, self.floats = norm, network, floats
        self.register_buffer('mean', torch.tensor(norm.mean).view(-1, 1, 1) / 255, False)
        self.register_buffer('std', torch.tensor(norm.std).view(-1, 1, 1) / 255, False)

    def forward(self, images: Tensor) -> Any:
        """Run on RGB images ``(N, 3, H, W)``, or clips ``(N, T, 3, H, W)``."""
        images = images if self.floats else images.float() / 255
        sizes = shape_as_tensor(images)
        if self.brighten is not None:
            images = self.brighten(images)
        if self.norm.bgr:
            images = images.flip(-3)
        images = (images - self.mean) / self.std
        if self.norm.divisor > 1:
            below, right = (-side % self.norm.divisor for side in images.shape[-2:])
            images = F.pad(images, (0, right, 0, below), value=self.norm.border)
        return self.network(images, sizes)
