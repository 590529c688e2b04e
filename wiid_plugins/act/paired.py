"""Train any mmaction2 recognizer on day and night views of clips."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from ..models.paired import PairedModel
from ..models.tap import levels, tapped
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

    encoder_parts = ('backbone',)

    def __init__(
        self,
        recognizer: dict,
        aux: dict | None = None,
        tap: str | Sequence[str] = 'backbone',
        joint_forward: bool = True,
        data_preprocessor: dict | None = None,
    ):
        super().__init__(recognizer, aux, tap, joint_forward, data_preprocessor)
        if joint_forward and self.model.with_neck:
            raise ValueError(
                "PairedRecognizer: the recognizer's neck has losses per view; set "
                'model.joint_forward=False'
            )

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

    def encode(self, model: Any, images: Tensor) -> tuple[Tensor, ...]:
        """Features of the backbone, each ``(N, clips or segments, C, ...)``."""
        features, _ = model.extract_feat(images, stage='backbone')
        features = (features,) if isinstance(features, Tensor) else features
        return tuple(f.unflatten(0, (len(images), -1)) for f in features)

    def task_losses(self, features: tuple[Tensor, ...], data_samples: list) -> dict[str, Tensor]:
        """The classification head's losses on one view."""
        segments = features[0].shape[1]
        flat = tuple(f.flatten(0, 1) for f in features)
        backbone = flat if len(flat) > 1 else flat[0]
        return self.model.cls_head.loss(backbone, data_samples, num_segs=segments, loss_aux={})
