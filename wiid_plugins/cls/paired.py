"""Train any mmpretrain classifier on day and night views."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from ..models.paired import PairedModel
from ..models.tap import Nested
from ..registry import MODELS


@MODELS.register_module()
class PairedClassifier(PairedModel):
    """Wrap an mmpretrain classifier; see :class:`~wiid_plugins.models.paired.PairedModel`.

    Args:
        classifier: Config of the stock classifier.
        aux: Config of the auxiliary losses, None for none.
        tap: Layers whose pooled outputs the auxiliary losses see; None: the neck, else the backbone.
        joint_forward: One pass over all views instead of a pass per view.
        data_preprocessor: Config of :class:`~wiid_plugins.models.PairedPreprocessor`.
        channels_last: Lay out weights, and with them all pictures, as ``NHWC``: on a CPU faster from
            about 100 px on, slower below. Classifiers alone have it: mmcv's ``roi_align`` takes such
            features for ``NCHW`` without a word.
    """

    kind = 'BaseClassifier'

    def __init__(
        self,
        classifier: dict,
        aux: dict | None = None,
        tap: str | Sequence[str] | None = None,
        joint_forward: bool = True,
        data_preprocessor: dict | None = None,
        channels_last: bool = False,
    ):
        super().__init__(classifier, aux, tap, joint_forward, data_preprocessor)
        if channels_last:
            self.to(memory_format=torch.channels_last)

    @property
    def head(self) -> nn.Module:
        """The stock head, where mmpretrain's ``SwitchRecipeHook`` looks for its loss."""
        return self.model.head

    def task_losses(self, features: Nested, data_samples: list) -> dict[str, Tensor]:
        """The classification head's losses on one view."""
        return self.model.head.loss(features, data_samples)

    def dark_losses(self, features: Nested, whole: Tensor) -> dict[str, Tensor]:
        """Learn of masked dark images what the momentum encoder is sure of in the whole ones."""
        assert self.aux is not None and self.target is not None
        encoder: Any = self.target.encoder
        with torch.no_grad():
            slow = self.model.head(self.encode(encoder.eval(), whole)).softmax(1)
        encoder.train(self.training)
        return {'loss_consistency': self.aux.consistency_loss(self.model.head(features), slow)}
