"""Train any mmdet detector on day and night views."""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ..models.paired import PairedModel
from ..models.tap import levels, parted, tapped
from ..registry import MODELS


@MODELS.register_module()
class PairedDetector(PairedModel):
    """Wrap an mmdet detector; see :class:`~wiid_plugins.models.paired.PairedModel`.

    The detector's own ``loss`` runs on the views. In one joint pass its losses are those of the joined
    batch, times the number of views: mmdet's losses are means over the batch, and the sum over the
    views is wanted. Detectors whose losses are sums (YOLOv3) need ``joint_forward=False``. Dark
    pictures have no boxes, so they take a pass of their own, through ``extract_feat``.

    Args:
        detector: Config of the stock detector, without its preprocessor.
        aux: Config of the auxiliary losses, None for none.
        tap: Layers whose pooled outputs the auxiliary losses see; each level of a pyramid counts.
            None: the neck, else the backbone.
        joint_forward: One pass over day and night, whose losses are logged together, instead of a
            pass for each, logged as ``day.*`` and ``night.*``.
        data_preprocessor: Config of :class:`~wiid_plugins.det.PairedDetPreprocessor`.
    """

    kind = 'BaseDetector'

    def __init__(
        self,
        detector: dict,
        aux: dict | None = None,
        tap: str | Sequence[str] | None = None,
        joint_forward: bool = True,
        data_preprocessor: dict | None = None,
    ):
        super().__init__(detector, aux, tap, joint_forward, data_preprocessor)

    @property
    def detector(self) -> nn.Module:
        """The stock detector, where mmdet's ``YOLOXModeSwitchHook`` looks for it."""
        return self.model

    def run_task(
        self, views: dict[str, Tensor], data_samples: list
    ) -> tuple[dict[str, Tensor], dict[str, list[Tensor]]]:
        """The detector's losses on day and night, and each view's pooled taps."""
        from mmdet.models.utils import rename_loss_dict, reweight_loss_dict  # mmdet is optional

        labelled = {k: v for k, v in views.items() if k != 'dark'}
        losses: dict[str, Tensor] = {}
        taps: dict[str, list[Tensor]] = {}
        if self.joint_forward:
            losses, each = self._pass(list(labelled.values()), data_samples)
            if len(labelled) > 1:
                losses = reweight_loss_dict(losses, len(labelled))
            taps = dict(zip(labelled, each, strict=True))
        else:
            for name, view in labelled.items():
                found, (taps[name],) = self._pass([view], data_samples)
                losses |= rename_loss_dict(f'{name}.', found)
        if 'dark' in views and self.aux is not None and self.aux.mmd:
            _, (taps['dark'],) = self._run(self.model, [views['dark']])
        return losses, taps

    def _pass(self, views: list[Tensor], data_samples: list) -> tuple[dict, list[list[Tensor]]]:
        """Losses of one pass over joined views of the same objects, and each view's pooled taps."""
        samples = [s for _ in views for s in copy.deepcopy(data_samples)]
        with tapped(self.model, self.tap if self.aux is not None else ()) as outputs:
            losses = self.model.loss(torch.cat(views), samples)
        return losses, parted(levels(outputs), [len(v) for v in views])
