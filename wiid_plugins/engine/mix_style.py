"""MixStyle in any model: styles of features mixed in a training."""

from collections.abc import Sequence
from typing import Any

import torch
from mmengine.hooks import Hook
from torch import Tensor, nn

from ..models.unwrapped import model_of
from ..ops.style import mix_style
from ..registry import HOOKS


@HOOKS.register_module()
class MixStyleHook(Hook):
    """Mix mean and deviation per channel with those of another sample, behind some layers.

    The momentum encoder of a paired model is left alone.

    Args:
        layers: Names in the stock model, early ones.
        probability: That a pass is mixed.
        alpha: Of the Beta distribution of the shares.

    Source: Zhou et al., ICLR 2021.
    """

    def __init__(
        self,
        layers: Sequence[str] = ('backbone.layer1', 'backbone.layer2'),
        probability: float = 0.5,
        alpha: float = 0.1,
    ):
        self.layers, self.probability, self.alpha = layers, probability, alpha

    def before_train(self, runner) -> None:
        """Stand behind the layers.

        Raises:
            ValueError: If the model has no such layer.
        """
        model = model_of(runner)
        stock = getattr(model, 'model', model)
        for name in self.layers:
            try:
                stock.get_submodule(name).register_forward_hook(self._mix)
            except AttributeError:
                raise ValueError(
                    f'wiid.mix_style.layers: the model has no layer {name!r}'
                ) from None

    def _mix(self, module: nn.Module, inputs: Any, output: Tensor) -> Tensor:
        if not module.training or torch.rand(()) >= self.probability:
            return output
        beta = torch.distributions.Beta(self.alpha, self.alpha)
        return mix_style(output, beta.sample((len(output),)), torch.randperm(len(output)))
