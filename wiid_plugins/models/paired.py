"""What every adapter shares: a stock model, its auxiliary losses, its momentum encoder."""

from collections.abc import Sequence
from typing import Any

import torch
from mmengine.model import BaseModel
from torch import Tensor, nn

from ..registry import MODELS
from .aux import WiidAux
from .preprocessor import Views, ViewsAndWhole
from .tap import Nested, levels, parted, tapped
from .target import MomentumEncoder


class PairedModel(BaseModel):
    """Own a stock model, run it on day, night and dark views, add the auxiliary losses.

    A plain checkpoint of the stock model loads into it, and its momentum encoder then starts from
    the same weights. Adapters give :meth:`task_losses` (or :meth:`run_task`, where the stock model
    does not part features from head) and, where needed, :meth:`encode`.

    Args:
        model: Config of the stock model, without its preprocessor.
        aux: Config of :class:`~wiid_plugins.models.WiidAux`, whose ``in_channels`` are found here;
            None: no auxiliary loss.
        tap: Layers of the stock model whose pooled outputs the auxiliary losses see; one that gives
            a tuple counts as several levels. None: the neck, or the backbone where there is none.
        joint_forward: Run all views as one batch, so that batch norm sees day and night together;
            False runs a pass per view.
        data_preprocessor: Config of :class:`~wiid_plugins.models.PairedPreprocessor`.

    Attributes:
        kind: Name of the toolbox's class that a stock model has to be of; None: any.
        encoder_parts: Children of the stock model that the momentum encoder needs.

    Raises:
        ValueError: If the stock model is of another kind.
    """

    kind: str | None = None
    encoder_parts: tuple[str, ...] = ('backbone', 'neck')

    def __init__(
        self,
        model: dict[str, Any],
        aux: dict[str, Any] | None,
        tap: str | Sequence[str] | None,
        joint_forward: bool,
        data_preprocessor: dict[str, Any] | None,
    ):
        super().__init__(data_preprocessor)
        self.model = MODELS.build(model)
        if self.kind and self.kind not in [base.__name__ for base in type(self.model).__mro__]:
            raise ValueError(
                f'{type(self).__name__}: {type(self.model).__name__} is no {self.kind}; take a stock '
                'config whose model is one'
            )
        tap = tap or ('neck' if getattr(self.model, 'neck', None) is not None else 'backbone')
        self.tap = [tap] if isinstance(tap, str) else list(tap)
        self.joint_forward = joint_forward
        self.aux: WiidAux | None = None
        if aux is not None:
            self.aux = MODELS.build({**aux, 'in_channels': self._widths()})
        self.target: MomentumEncoder | None = None
        if self.aux is not None and self.aux.byol:
            momentum = self.aux.byol['momentum']
            children = dict(self.model.named_children())
            drop = tuple(name for name in children if name not in self.encoder_parts)
            self.target = MomentumEncoder(self.model, self.aux.projectors, momentum, drop)
        self._register_load_state_dict_pre_hook(self._accept_plain_checkpoint)

    def example(self) -> Tensor:
        """An empty image of a size that the stock model takes, ``(1, 3, H, W)``."""
        size = getattr(self.model.backbone, 'img_size', 224)
        height, width = (size, size) if isinstance(size, int) else size
        return torch.zeros(1, 3, height, width)

    @torch.no_grad()
    def _widths(self) -> list[int]:
        """Channels of each tapped level, as a pass of an empty image shows them."""
        training = self.model.training
        with torch.random.fork_rng(devices=[]), tapped(self.model, self.tap, stop=True) as outputs:
            self.encode(self.model.eval(), self.example())
        self.model.train(training)
        return [level.shape[1] for level in levels(outputs, 1)]

    def init_weights(self) -> None:
        """Initialise the stock model, then start the momentum encoder from it."""
        super().init_weights()
        if self.target is not None and self.aux is not None:
            self.target.copy_from(self.model, self.aux.projectors)

    def update_target(self) -> None:
        """Advance the momentum encoder; to be called once per optimizer step."""
        if self.target is not None and self.aux is not None:
            self.target.update(self.model, self.aux.projectors)

    def forward(
        self, inputs: Any, data_samples: list[Any] | None = None, mode: str = 'tensor'
    ) -> Any:
        """Train on :class:`Views` in mode ``'loss'``, else be the stock model."""
        if mode == 'loss':
            return self.loss(inputs, data_samples or [])
        return self.model(inputs, data_samples, mode=mode)

    def loss(self, views: Views | ViewsAndWhole, data_samples: list[Any]) -> dict[str, Tensor]:
        """Task losses of the day and night views, and the auxiliary losses."""
        present = {k: v for k, v in views._asdict().items() if v is not None}
        losses, taps = self.run_task(present, data_samples)
        if self.aux is not None:
            losses |= self._aux_losses(self.aux, present, taps)
        return losses

    def run_task(
        self, views: dict[str, Tensor], data_samples: list[Any]
    ) -> tuple[dict[str, Tensor], dict[str, list[Tensor]]]:
        """Task losses, and each view's pooled taps, one ``(B, C)`` per level."""
        seen = {name: view for name, view in views.items() if name != 'whole'}
        features, taps = self._run(self.model, list(seen.values()))
        losses = {}
        for view, feature in zip(seen, features, strict=True):
            if view != 'dark':
                for name, value in self.task_losses(feature, data_samples).items():
                    losses[f'{view}.{name}'] = value
            elif 'whole' in views:
                losses |= self.dark_losses(feature, views['whole'])
        return losses, dict(zip(seen, taps, strict=True))

    def dark_losses(self, features: Nested, whole: Tensor) -> dict[str, Tensor]:
        """What is learned of masked dark images beside the unmasked ones.

        Raises:
            ValueError: If the model is none of those that can.
        """
        raise ValueError('wiid.aux.consistency is for classifiers; set it to None')

    def encode(self, model: Any, images: Tensor) -> Nested:
        """Features that the stock head takes."""
        return model.extract_feat(images)

    def task_losses(self, features: Nested, data_samples: list[Any]) -> dict[str, Tensor]:
        """The stock head's own losses."""
        raise NotImplementedError

    def _run(self, model: nn.Module, views: list[Tensor]) -> tuple[list[Any], list[Any]]:
        """Encode views jointly or one by one; give each view's features and pooled taps."""
        passes = [self._read(model, batch) for batch in self._batches(views)]
        features, taps = (list(each) for each in zip(*passes, strict=True))
        if self.joint_forward:
            sizes = [len(v) for v in views]
            features, taps = parted(features[0], sizes), parted(taps[0], sizes)
        return features, taps

    def _batches(self, views: list[Tensor]) -> list[Tensor]:
        return [torch.cat(views)] if self.joint_forward else views

    def _read(
        self, model: nn.Module, images: Tensor, stop: bool = False
    ) -> tuple[Nested | None, list[Tensor]]:
        """Features and pooled taps of one pass; no features if it stops at the last tap."""
        features = None
        with tapped(model, self.tap if self.aux is not None else (), stop) as outputs:
            features = self.encode(model, images)
        return features, levels(outputs, len(images))

    @torch.no_grad()
    def _targets(self, target: MomentumEncoder, views: list[Tensor]) -> list[Tensor]:
        """Slow projections of the views, joined, one ``(views * B, out)`` per level."""
        taps = [self._read(target.encoder, b, stop=True)[1] for b in self._batches(views)]
        return target.project(_join(taps))

    def _aux_losses(
        self, aux: WiidAux, present: dict[str, Tensor], taps: dict[str, list[Tensor]]
    ) -> dict[str, Tensor]:
        losses = {}
        if self.target is not None and 'night' in present:
            slow = self._targets(self.target, [present['day'], present['night']])
            losses['loss_byol'] = aux.byol_loss(_join([taps['day'], taps['night']]), slow)
        if aux.mmd:
            if 'dark' not in present or 'night' not in present:
                raise KeyError(
                    'aux.mmd compares night views with unlabelled dark pictures, and the batch has '
                    f'only {sorted(present)}; set wiid.dark and wiid.darken, or wiid.aux.mmd=None'
                )
            losses['loss_mmd'] = aux.mmd_loss(taps['night'], taps['dark'])
        return losses

    def _accept_plain_checkpoint(
        self, state_dict: dict[str, Tensor], prefix: str, *_args: Any
    ) -> None:
        own = ('model.', 'aux.', 'target.')
        keys = [k for k in state_dict if k.startswith(prefix)]
        if not any(k[len(prefix) :].startswith(own) for k in keys):
            for key in keys:
                state_dict[f'{prefix}model.{key[len(prefix) :]}'] = state_dict.pop(key)
        if self.target is None or any(k.startswith(f'{prefix}target.') for k in keys):
            return
        slow, start = self.target.state_dict(), f'{prefix}model.'
        for key in [k for k in state_dict if k.startswith(start)]:
            name = f'average.encoder.{key[len(start) :]}'
            if name in slow:
                state_dict[f'{prefix}target.{name}'] = state_dict[key]


def _join(taps: list[list[Tensor]]) -> list[Tensor]:
    """Views of levels -> levels of joined views."""
    return [torch.cat(level) for level in zip(*taps, strict=True)]
