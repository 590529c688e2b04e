"""The momentum encoder: a slow copy of encoder and projectors that gives BYOL its targets."""

import copy

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn


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
        self.momentum = momentum
        self.average = copy.deepcopy(both).requires_grad_(False)

    @property
    def encoder(self) -> nn.Module:
        """The slow copy of the stock model."""
        return self.average['encoder']

    @torch.no_grad()
    def project(self, features: list[Tensor]) -> list[Tensor]:
        """Project features of the slow encoder with the slow projectors."""
        return [p(f) for p, f in zip(self.average['projectors'].children(), features, strict=True)]

    def update(self, encoder: nn.Module, projectors: nn.Module) -> None:
        """Move towards the online weights by ``momentum`` of the gap."""
        own, online = self._pair(encoder, projectors)
        names = [name for name, value in own.items() if value.is_floating_point()]
        move = get_ema_multi_avg_fn(1 - self.momentum)  # all tensors in one call
        move([own[name] for name in names], [online[name] for name in names], None)

    @torch.no_grad()
    def copy_from(self, encoder: nn.Module, projectors: nn.Module) -> None:
        """Start over from the online weights (after initialisation or loading)."""
        own, online = self._pair(encoder, projectors)
        self.average.load_state_dict({name: online[name] for name in own})

    def _pair(
        self, encoder: nn.Module, projectors: nn.Module
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Slow and online tensors by name; the online ones may have more of them."""
        online = nn.ModuleDict({'encoder': encoder, 'projectors': projectors})
        return self.average.state_dict(), online.state_dict()
