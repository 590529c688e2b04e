"""CUT: learn to darken day pictures from unpaired dark ones."""

from collections.abc import Sequence
from typing import Any, cast

import torch
import torch.nn.functional as F
from mmengine.model import BaseModel, is_model_wrapper
from mmengine.optim import OptimWrapper
from torch import Tensor, nn

from ..registry import MODELS
from .cut_discriminator import Discriminator
from .cut_generator import LAYERS, Generator
from .patch_nce import PatchSampler, draw_places, patch_nce


@MODELS.register_module()
class CUT(BaseModel):
    """Contrastive unpaired translation from ``inputs`` (day) to ``dark``.

    Discriminator and generator take turns within one iteration, with **one** optimizer over all
    parameters: Adam leaves alone what has no gradient, and its state is per parameter, so this is the
    published pair of Adams. One optimizer is what ``--amp``, ``--resume``, schedules and
    ``--cfg-options optim_wrapper...`` expect; ``paramwise_cfg`` may give ``discriminator`` a rate of
    its own.

    Several processes need ``model_wrapper_cfg=dict(type='MMSeparateDistributedDataParallel')``: the
    parts are stepped one at a time, which DDP around the whole model cannot follow.

    Args:
        data_preprocessor: Gives RGB in [-1, 1]; applied to day and dark alike.
        generator: ``dict()`` of :class:`~.cut_generator.Generator`.
        discriminator: ``dict()`` of :class:`~.cut_discriminator.Discriminator`.
        lambda_nce: Weight of PatchNCE against the adversarial loss; FastCUT has 10.
        identity: Whether dark pictures must also stay as they are; the mean of both is taken.
        layers: Of the generator, whose features PatchNCE compares.
        patches: Places per picture and layer.
        temperature: Of PatchNCE.
        init_cfg: Of mmengine's ``BaseModel``.

    Source: Park et al., ECCV 2020 (CUT), Eq. 1 to 5; Mao et al., ICCV 2017 (LSGAN).
    """

    def __init__(
        self,
        data_preprocessor: dict[str, Any],
        generator: dict[str, Any] | None = None,
        discriminator: dict[str, Any] | None = None,
        lambda_nce: float = 1.0,
        identity: bool = True,
        layers: Sequence[int] = LAYERS,
        patches: int = 256,
        temperature: float = 0.07,
        init_cfg: dict[str, Any] | list[Any] | None = None,
    ):
        super().__init__(data_preprocessor, init_cfg)
        self.generator = Generator(**(generator or {}))
        self.discriminator = Discriminator(**(discriminator or {}))
        self.sampler = PatchSampler(self.generator.channels(layers))
        self.lambda_nce, self.identity, self.layers = lambda_nce, identity, tuple(layers)
        self.patches, self.temperature = patches, temperature

    def forward(self, inputs: Tensor, mode: str = 'tensor', **_: Any) -> Tensor:
        """Darken pictures.

        Args:
            inputs: ``(B, 3, H, W)`` float RGB in [-1, 1], from the preprocessor.
            mode: ``'tensor'`` or ``'predict'``; there are no ``'loss'``es without steps in between.

        Returns:
            ``(B, 3, H, W)`` float RGB in [0, 1].

        Raises:
            NotImplementedError: In mode ``'loss'``, which is what DDP around the whole model asks for.
        """
        if mode == 'loss':
            raise NotImplementedError(
                'CUT steps its parts in turn in train_step; with several processes set '
                "model_wrapper_cfg=dict(type='MMSeparateDistributedDataParallel')"
            )
        return (self.generator(inputs) + 1) / 2

    def train_step(self, data: dict[str, Any], optim_wrapper: OptimWrapper) -> dict[str, Tensor]:
        """Step the discriminator, then the generator together with PatchNCE's projections.

        Args:
            data: ``inputs`` and ``dark``, each ``(B, 3, H, W)`` uint8 BGR or a list of B pictures.
            optim_wrapper: One over all parameters.

        Returns:
            ``loss_gan``, ``loss_nce``, ``loss_nce_identity``, weighted, and ``loss``, their sum;
            ``loss_discriminator``; ``accuracy_real`` and ``accuracy_fake``, the share of patches that
            the discriminator judged right before its step: 1 and 1 for long is a collapse.

        Raises:
            KeyError: If the batch has no dark pictures.
            ValueError: If day and dark differ in size, or gradients are accumulated.
        """
        day, dark = self._read(data)
        source = torch.cat([day, dark]) if self.identity else day
        with optim_wrapper.optim_context(self.generator):
            translated = self.generator(source)
        night = translated[: len(day)]
        with optim_wrapper.optim_context(self.discriminator):
            judged, accuracies = self._judge(dark, night.detach())
        optim_wrapper.update_params(judged)
        if not optim_wrapper.should_update():
            raise ValueError('CUT cannot accumulate gradients: set accumulative_counts=1')
        # apart from the queries: autocast would hand them the casts made here, without gradient
        with optim_wrapper.optim_context(self.generator), torch.no_grad():
            places, keys = self._keys(source)
        self.discriminator.requires_grad_(False)
        with optim_wrapper.optim_context(self.generator):
            losses = {'loss_gan': _squares(self.discriminator(night), 1)}
            losses |= self._nce(translated, places, keys, len(day))
        total, log = self.parse_losses(losses)
        optim_wrapper.update_params(total)
        self.discriminator.requires_grad_(True)
        return {**log, 'loss_discriminator': judged.detach(), **accuracies}

    def _read(self, data: dict[str, Any]) -> list[Tensor]:
        """Day and dark pictures, ``(B, 3, H, W)`` float RGB in [-1, 1]."""
        if 'dark' not in data:
            raise KeyError(
                "the batch has no 'dark' pictures to learn from; wrap the day set in "
                "dict(type='wiid_plugins.WithDark', dataset=..., dark=...)"
            )
        day, dark = (
            self.data_preprocessor({'inputs': data[key]}, True)['inputs']
            for key in ('inputs', 'dark')
        )
        if day.shape != dark.shape:
            raise ValueError(
                f'day pictures are {tuple(day.shape)}, dark ones {tuple(dark.shape)}; let both '
                'pipelines end in a crop of the same size'
            )
        return [day, dark]

    def _judge(self, real: Tensor, fake: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """LSGAN loss of the discriminator, and the shares that it judges right."""
        on_real, on_fake = self.discriminator(torch.cat([real, fake])).chunk(2)
        loss = (_squares(on_real, 1) + _squares(on_fake, 0)) / 2
        right = {'accuracy_real': on_real > 0.5, 'accuracy_fake': on_fake < 0.5}
        return loss, {name: share.float().mean() for name, share in right.items()}

    def _keys(self, source: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Draw places, and project the source's features there."""
        features = _bare(self.generator).encode(source, self.layers)
        places = draw_places(features, self.patches)
        return places, self.sampler(features, places)

    def _nce(
        self, translated: Tensor, places: list[Tensor], keys: list[Tensor], days: int
    ) -> dict[str, Tensor]:
        """PatchNCE of the translated pictures, the first ``days`` of which were day pictures."""
        features = _bare(self.generator).encode(translated, self.layers)
        pairs = zip(self.sampler(features, places), keys, strict=True)
        each = torch.stack([patch_nce(q, k, self.temperature) for q, k in pairs]).mean(0)
        if not self.identity:
            return {'loss_nce': self.lambda_nce * each.mean()}
        half = self.lambda_nce / 2
        return {
            'loss_nce': half * each[:days].mean(),
            'loss_nce_identity': half * each[days:].mean(),
        }


def _squares(logits: Tensor, goal: float) -> Tensor:
    return F.mse_loss(logits.float(), torch.full_like(logits, goal, dtype=torch.float32))


def _bare(part: Generator | nn.Module) -> Generator:
    """Without DDP around it; its hooks sit on the parameters, so gradients are still averaged."""
    return cast(Generator, part.module if is_model_wrapper(part) else part)
