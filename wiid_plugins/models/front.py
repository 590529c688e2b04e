"""What stands in front of a stock backbone: inputs that a change of light leaves alone."""

import copy
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from ..ops.invariant import LEAST, edge_strength, invariant_map
from ..registry import MODELS


@MODELS.register_module()
class CIConv(nn.Module):
    """Log edge strength at a learned scale, normalised per image: one channel in the place of three.

    Args:
        scale: Where the scale starts; sigma is ``2 ** scale`` pixels, between 2 ** -2.5 and 2 ** 2.5.

    Source: Lengyel et al., ICCV 2021.
    """

    channels = 1

    def __init__(self, scale: float = 0.0):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(float(scale)))

    def forward(self, images: Tensor, normalised: Tensor) -> Tensor:
        """``(N, 3, H, W)`` float RGB in [0, 1] -> ``(N, 1, H, W)``."""
        edges = edge_strength(images, 2 ** self.scale.clamp(-2.5, 2.5))
        return F.instance_norm(torch.log(edges + LEAST))


@MODELS.register_module()
class InvariantMaps(nn.Module):
    """The image, and six maps beside it; see :func:`~wiid_plugins.ops.invariant.invariant_map`."""

    channels = 9

    def forward(self, images: Tensor, normalised: Tensor) -> Tensor:
        """Give ``(N, 9, H, W)``, the normalised image first."""
        return torch.cat([normalised, invariant_map(images).to(normalised)], 1)


@MODELS.register_module()
def fronted(backbone: dict[str, Any], front: dict[str, Any], mean: Any, std: Any) -> BaseModule:
    """Build a stock backbone whose input goes through a front first.

    Its layers keep their names. The first convolution is made anew for the channels of the front: the
    weights of added channels start at zero, so that they change nothing at first; a single channel
    gets the sum over the three. A checkpoint of the stock backbone loads the same way.

    Args:
        backbone: Config of a stock backbone for images.
        front: Config of :class:`CIConv` or :class:`InvariantMaps`.
        mean: Of the stock preprocessor, in RGB and [0, 255].
        std: As ``mean``.
    """
    built = MODELS.build(backbone)
    name, first = next((n, m) for n, m in built.named_modules() if isinstance(m, nn.Conv2d))
    built.front = MODELS.build(front)
    wide = copy.deepcopy(first)
    wide.in_channels = built.front.channels
    wide.weight = nn.Parameter(widened(first.weight.data, built.front.channels))
    parent, _, child = name.rpartition('.')
    setattr(built.get_submodule(parent), child, wide)
    built.register_buffer('front_mean', torch.tensor(mean).view(1, 3, 1, 1) / 255, persistent=False)
    built.register_buffer('front_std', torch.tensor(std).view(1, 3, 1, 1) / 255, persistent=False)
    built.register_forward_pre_hook(_through_front)
    built.front_of = f'{name}.weight'
    built.register_load_state_dict_pre_hook(_accept_stock)
    return built


def widened(weight: Tensor, channels: int) -> Tensor:
    """``(O, 3, h, w)`` of a first convolution -> ``(O, channels, h, w)``."""
    if channels == 1:
        return weight.sum(1, keepdim=True)
    added = weight.new_zeros(len(weight), channels - 3, *weight.shape[2:])
    return torch.cat([weight, added], 1)


def _through_front(module: Any, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    images, *rest = inputs
    unit = (images * module.front_std + module.front_mean).clamp(0, 1)
    return module.front(unit, images), *rest


def _accept_stock(module: Any, state: dict[str, Tensor], prefix: str, *_args: Any) -> None:
    key = prefix + module.front_of
    channels = module.front.channels
    if key in state and state[key].shape[1] == 3 and channels != 3:
        state[key] = widened(state[key], channels)
        for name, value in module.front.state_dict().items():
            state.setdefault(f'{prefix}front.{name}', value)
