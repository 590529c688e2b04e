"""Train any mmaction2 recognizer on day and night views of clips."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ..models.paired import PairedModel
from ..models.tap import Nested, leaves, levels, mapped, tapped
from ..registry import MODELS


@MODELS.register_module()
class PairedRecognizer(PairedModel):
    """Wrap an mmaction2 recognizer; see :class:`~wiid_plugins.models.paired.PairedModel`.

    Views are ``(N, clips, 3, T, H, W)`` for a 3D recognizer and ``(N, segments, 3, H, W)`` for a 2D
    one. The auxiliary losses see one feature per sample: those of its segments or clips are averaged.

    A pass per view runs the recognizer's own ``loss``. In one joint pass the backbone sees all views
    at once and ``cls_head`` each labelled one, which needs a recognizer without a neck, since a neck
    of mmaction2 has losses of its own.

    Args:
        recognizer: Config of the stock recognizer, without its preprocessor.
        aux: Config of the auxiliary losses, None for none.
        tap: Layers of the backbone, or itself, whose pooled outputs the auxiliary losses see.
        joint_forward: One pass over all views instead of a pass per view.
        data_preprocessor: Config of :class:`~wiid_plugins.act.PairedClipPreprocessor`.
    """

    kind = 'BaseRecognizer'
    encoder_parts = ('backbone',)

    def __init__(
        self,
        recognizer: dict,
        aux: dict | None = None,
        tap: str | Sequence[str] | None = 'backbone',
        joint_forward: bool = True,
        data_preprocessor: dict | None = None,
    ):
        super().__init__(recognizer, aux, tap or 'backbone', joint_forward, data_preprocessor)
        if joint_forward and self.model.with_neck:
            raise ValueError(
                "PairedRecognizer: the recognizer's neck has losses per view; set "
                'wiid.joint_forward=False'
            )

    def example(self) -> Tensor:
        """An empty clip ``(1, 1, 3, T, H, W)``, or ``(1, segments, 3, H, W)`` for a 2D recognizer."""
        from mmaction.models import Recognizer2D  # mmaction2 is optional

        backbone = self.model.backbone
        if isinstance(self.model, Recognizer2D):
            return torch.zeros(1, getattr(backbone, 'num_segments', 8), 3, 112, 112)
        frames = getattr(backbone, 'temporal_size', 32)
        return torch.zeros(1, 1, 3, frames, 112, 112)

    def run_task(
        self, views: dict[str, Tensor], data_samples: list
    ) -> tuple[dict[str, Tensor], dict[str, list[Tensor]]]:
        """Task losses of day and night, and each view's pooled taps, one ``(N, C)`` per level."""
        if self.joint_forward:
            return super().run_task(views, data_samples)
        losses: dict[str, Tensor] = {}
        taps: dict[str, list[Tensor]] = {}
        for name, view in views.items():
            with tapped(self.model, self.tap if self.aux is not None else ()) as outputs:
                if name == 'dark':
                    self.encode(self.model, view)
                else:
                    found = self.model.loss(view, data_samples)
                    losses |= {f'{name}.{key}': value for key, value in found.items()}
            taps[name] = levels(outputs, len(view))
        return losses, taps

    def encode(self, model: Any, images: Tensor) -> Nested:
        """Features of the backbone, each ``(N, clips or segments, C, ...)``."""
        features, _ = model.extract_feat(images, stage='backbone')
        return mapped(lambda f: f.unflatten(0, (len(images), -1)), features)

    def task_losses(self, features: Nested, data_samples: list) -> dict[str, Tensor]:
        """The classification head's losses on one view."""
        segments = next(leaves(features)).shape[1]
        flat = mapped(lambda f: f.flatten(0, 1), features)
        return self.model.cls_head.loss(flat, data_samples, num_segs=segments, loss_aux={})
