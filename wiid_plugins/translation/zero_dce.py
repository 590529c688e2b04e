"""Zero-DCE: brighten by per-pixel curves, learned from dark pictures alone."""

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.model import BaseModel
from torch import Tensor, nn

from ..registry import MODELS
from .zero_dce_losses import colour_loss, exposure_loss, smoothness_loss, spatial_loss

ITERATIONS = 8
REACH = 7  # pixels that a curve depends on, on each side: seven 3 x 3 convolutions
WEIGHTS = dict(spatial=1.0, exposure=10.0, colour=5.0, smoothness=200.0)


class CurveNetwork(nn.Module):
    """Seven 3 x 3 convolutions with symmetric skips that give each pixel its curves.

    Layer names and shapes are those of the published weights (14 tensors, 79,416 parameters at 32
    channels). The weights start from a normal distribution of 0.02, the biases as in torch, as
    published.

    Args:
        channels: Width of the hidden layers.

    Source: Guo et al., CVPR 2020, Sec. 3.2.
    """

    e_conv1: nn.Conv2d
    e_conv2: nn.Conv2d
    e_conv3: nn.Conv2d
    e_conv4: nn.Conv2d
    e_conv5: nn.Conv2d
    e_conv6: nn.Conv2d
    e_conv7: nn.Conv2d

    def __init__(self, channels: int = 32):
        super().__init__()
        c = channels
        shapes = [(3, c), (c, c), (c, c), (c, c), (2 * c, c), (2 * c, c), (2 * c, 3 * ITERATIONS)]
        for number, (width_in, width_out) in enumerate(shapes, start=1):
            conv = nn.Conv2d(width_in, width_out, 3, padding=1)
            nn.init.normal_(conv.weight, std=0.02)
            self.add_module(f'e_conv{number}', conv)

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Tensor]) -> 'CurveNetwork':
        """Build the network that has these weights; its width is read off them.

        Weights below 1e-20 become zero. Weight decay has brought a quarter of the published ones there,
        most of them out of float32's normal range: they change no picture, but slow a CPU down many
        times.

        Raises:
            ValueError: If names or shapes are not those of such a network; it lists them.
        """
        first = state.get('e_conv1.weight')
        if first is None or first.ndim != 4:
            shapes = [f'{name} {tuple(tensor.shape)}' for name, tensor in list(state.items())[:4]]
            raise ValueError(
                'not the weights of Zero-DCE: there is no e_conv1.weight of four dimensions among its '
                f'{len(state)} tensors ({", ".join(shapes)}, ...)'
            )
        network = cls(first.shape[0])
        try:
            network.load_state_dict(state)
        except RuntimeError as error:
            raise ValueError(
                f'not the weights of Zero-DCE: {" ".join(str(error).split())}'
            ) from None
        for parameter in network.parameters():
            parameter.data = F.hardshrink(parameter.data, 1e-20)
        return network

    def curves(self, images: Tensor) -> Tensor:
        """Estimate the curve parameters.

        Args:
            images: ``(N, 3, H, W)`` float RGB in [0, 1], any size.

        Returns:
            ``(N, 24, H, W)`` in [-1, 1]: red, green and blue of each iteration in turn.
        """
        x1 = self.e_conv1(images).relu()
        x2 = self.e_conv2(x1).relu()
        x3 = self.e_conv3(x2).relu()
        x4 = self.e_conv4(x3).relu()
        x5 = self.e_conv5(torch.cat([x3, x4], 1)).relu()
        x6 = self.e_conv6(torch.cat([x2, x5], 1)).relu()
        return self.e_conv7(torch.cat([x1, x6], 1)).tanh()

    def forward(self, images: Tensor) -> Tensor:
        """Enhance pictures ``(N, 3, H, W)`` float RGB in [0, 1]; the result is the same in kind."""
        return apply_curves(images, self.curves(images))


def apply_curves(images: Tensor, curves: Tensor) -> Tensor:
    """Apply ``x <- x + r (x^2 - x)`` once per iteration (Eq. 3; r is -A of the paper).

    Args:
        images: ``(N, 3, H, W)`` float RGB in [0, 1].
        curves: ``(N, 3 * iterations, H, W)`` float in [-1, 1].

    Returns:
        ``(N, 3, H, W)`` in [0, 1]: the curve is monotonous and keeps 0 and 1 in place.
    """
    for r in curves.split(3, dim=1):
        images = images + r * (images.square() - images)
    return images


@MODELS.register_module()
class ZeroDCE(BaseModel):
    """Train a :class:`CurveNetwork` without any reference picture.

    Takes ``(N, 3, H, W)`` float RGB in [0, 1], at least 16 px a side for the losses; the data
    preprocessor makes them from what the loader gives, for example mmengine's
    ``ImgDataPreprocessor(mean=[0.0], std=[255.0], bgr_to_rgb=True)``.

    Args:
        channels: Width of the hidden layers.
        loss_weights: ``dict()`` of ``spatial``, ``exposure``, ``colour`` and ``smoothness``; those
            left out stay as published (1, 10, 5, 200).
        data_preprocessor: Config of the data preprocessor.
        init_cfg: Of mmengine's ``BaseModel``; None starts as published.

    Raises:
        ValueError: If ``loss_weights`` names an unknown loss.
    """

    def __init__(
        self,
        channels: int = 32,
        loss_weights: dict[str, float] | None = None,
        data_preprocessor: dict[str, Any] | None = None,
        init_cfg: dict[str, Any] | None = None,
    ):
        super().__init__(data_preprocessor, init_cfg)
        self.loss_weights = {**WEIGHTS, **(loss_weights or {})}
        if unknown := self.loss_weights.keys() - WEIGHTS.keys():
            raise ValueError(f'loss_weights has {sorted(unknown)}; the losses are {list(WEIGHTS)}')
        self.network = CurveNetwork(channels)

    def forward(
        self, inputs: Tensor, data_samples: list[Any] | None = None, mode: str = 'tensor'
    ) -> Tensor | dict[str, Tensor]:
        """Give the losses in mode ``'loss'``, the enhanced pictures in any other mode."""
        return self.loss(inputs) if mode == 'loss' else self.network(inputs)

    def loss(self, images: Tensor) -> dict[str, Tensor]:
        """Compute the four weighted losses.

        Args:
            images: ``(N, 3, H, W)`` float RGB in [0, 1], at least 16 px a side.
        """
        curves = self.network.curves(images).float()
        enhanced = apply_curves(images, curves)
        losses = dict(
            spatial=spatial_loss(enhanced, images),
            exposure=exposure_loss(enhanced),
            colour=colour_loss(enhanced),
            smoothness=smoothness_loss(curves),
        )
        return {f'loss_{name}': self.loss_weights[name] * loss for name, loss in losses.items()}
