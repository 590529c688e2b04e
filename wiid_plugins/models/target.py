"""The momentum encoder: a slow copy of encoder and projectors that gives BYOL its targets."""

import copy

import torch
from mmengine.model import ExponentialMovingAverage
from torch import Tensor, nn


class MomentumEncoder(nn.Module):
    """Exponential moving average of an encoder and its projectors, without gradient.

    ``target <- (1 - momentum) * target + momentum * online``, once per optimizer step, called by
    :class:`~wiid_plugins.engine.MomentumHook`; tau of the papers is ``1 - momentum``. Floating
    buffers (batch-norm statistics) are averaged the same way.

    Args:
        encoder: The stock model; a deep copy is kept.
        projectors: The online projectors; a deep copy is kept.
        momentum: ``1 - tau``.
        drop: Children of the encoder that no feature needs, for example its head.
    """

    def __init__(
        self, encoder: nn.Module, projectors: nn.Module, momentum: float, drop: tuple[str, ...] = ()
    ):
        super().__init__()
        if not 0 < momentum < 1:
            raise ValueError(f'momentum must be in (0, 1), it is 1 - tau: {momentum}')
        slim = copy.copy(encoder)
        slim._modules = {k: v for k, v in encoder._modules.items() if k not in drop}
        both = nn.ModuleDict({'encoder': slim, 'projectors': projectors})
        self.average = ExponentialMovingAverage(both, momentum, update_buffers=True)
        self.average.steps.fill_(1)  # mmengine's step 0 would copy the online weights

    @property
    def encoder(self) -> nn.Module:
        """The slow copy of the stock model."""
        return self.average.module['encoder']

    @torch.no_grad()
    def project(self, features: list[Tensor]) -> list[Tensor]:
        """Project features of the slow encoder with the slow projectors."""
        return [p(f) for p, f in zip(self.average.module['projectors'], features, strict=True)]

    def update(self, encoder: nn.Module, projectors: nn.Module) -> None:
        """Move towards the online weights by ``momentum`` of the gap."""
        # mmengine holds on to the tensors of construction time, which `.to(device)` leaves behind
        self.average.avg_parameters = self.average.module.state_dict()
        self.average.update_parameters(
            nn.ModuleDict({'encoder': encoder, 'projectors': projectors})
        )

    @torch.no_grad()
    def copy_from(self, encoder: nn.Module, projectors: nn.Module) -> None:
        """Start over from the online weights (after initialisation or loading)."""
        online = nn.ModuleDict({'encoder': encoder, 'projectors': projectors}).state_dict()
        own = self.average.module.state_dict()
        self.average.module.load_state_dict({k: online[k] for k in own})
