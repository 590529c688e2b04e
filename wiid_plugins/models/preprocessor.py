"""Make day, night and dark views of a batch on the device, in front of a stock preprocessor."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from mmengine.model import BaseDataPreprocessor
from torch import Tensor

from ..ops.regions import RegionDraw, show_only
from ..ops.saliency import SaliencyTarget
from ..registry import MODELS
from ..translation import build_darkener, build_enhancer


class Views(NamedTuple):
    """Normalised views of one batch; ``night`` and ``dark`` are None where there are none."""

    day: Tensor
    night: Tensor | None = None
    dark: Tensor | None = None


class Drawn(NamedTuple):
    """Pictures ``(B, 3, H, W)`` float RGB in [0, 1] and masks ``(B, H, W)`` bool of one batch."""

    day: Tensor
    night: Tensor | None = None
    dark: Tensor | None = None
    target: Tensor | None = None
    visible: Tensor | None = None


@MODELS.register_module()
class PairedPreprocessor(BaseDataPreprocessor):
    """Darken, highlight and mask on the device, batched; then let the stock preprocessor normalise.

    In training the batch holds ``inputs`` (day) and ``data_samples``, and may hold what a loader has
    already made, ``night`` and ``target_mask``, and ``dark``, unlabelled real dark pictures. The night
    view and the target are made here where the loader did not. Masking sets normalised pictures to 0,
    which is the mean colour: black would be an outlier that shifts batch statistics. Outside training
    the stock preprocessor gets the batch untouched.

    Args:
        preprocessor: Config of the toolbox's own preprocessor.
        darken: ``dict()`` of :func:`~wiid_plugins.translation.build_darkener`, procedural or learned;
            None: no night view, unless the loader gives one.
        enhance: ``dict()`` of :func:`~wiid_plugins.translation.build_enhancer`, applied to the night
            view and to the dark pictures as it is at test time; None: they stay dark. A learned
            darkener gives enhanced pictures by itself.
        target: ``dict()`` of :class:`~wiid_plugins.ops.saliency.SaliencyTarget`.
        regions: ``dict()`` of :class:`~wiid_plugins.ops.regions.RegionDraw`; None: no masking.
        bgr: Colour order of what the loader gives.
    """

    def __init__(
        self,
        preprocessor: dict,
        darken: dict | None = None,
        enhance: dict | None = None,
        target: dict | None = None,
        regions: dict | None = None,
        bgr: bool = True,
    ):
        super().__init__()
        if preprocessor.get('batch_augments'):
            raise ValueError(
                'data_preprocessor.preprocessor.batch_augments mixes samples of one view only and '
                'would part day from night; set it to None'
            )
        self.stock = MODELS.build(preprocessor)
        self.darken = None if darken is None else build_darkener(**darken)
        self.enhance = None if enhance is None else build_enhancer(**enhance)
        self.target = SaliencyTarget(**(target or {}))
        self.regions = None if regions is None else RegionDraw(**regions)
        self.bgr = bgr

    def forward(self, data: dict, training: bool = False) -> dict:
        """Give ``{'inputs': Views, 'data_samples': list}`` in training, else the stock result."""
        if not training:
            return self.stock(data, training)
        samples = data['data_samples']  # the stock preprocessor moves them
        data = self.cast_data({k: v for k, v in data.items() if k != 'data_samples'})
        drawn = self.draw(data)
        packed = self._normalise([drawn.day, drawn.night, drawn.dark], samples)
        if drawn.visible is not None:
            day, night, dark = packed['inputs']
            (h, w), (high, wide) = drawn.visible.shape[1:], day.shape[2:]  # stock may have padded
            visible = F.pad(drawn.visible, (0, wide - w, 0, high - h), value=True)
            night = None if night is None else show_only(night, visible)
            packed['inputs'] = Views(show_only(day, visible), night, dark)
        return packed

    def draw(self, data: dict) -> Drawn:
        """Make the views of a batch and draw what stays visible, without masking anything yet."""
        day = self._to_unit(data['inputs'])
        night = self._night(day, data.get('night'))
        dark = data.get('dark')
        dark = None if dark is None else self._enhanced(self._to_unit(dark))
        if self.regions is None:
            return Drawn(day, night, dark)
        target = self._target(day, data.get('target_mask'))
        return Drawn(day, night, dark, target, self.regions(target))

    def _night(self, day: Tensor, given: Tensor | None) -> Tensor | None:
        if given is not None:
            return self._enhanced(self._to_unit(given))
        if self.darken is None:
            return None
        night = self.darken(day)
        return night if self.darken.enhanced else self._enhanced(night)

    def _enhanced(self, images: Tensor) -> Tensor:
        return images if self.enhance is None else self.enhance(images)

    def _target(self, day: Tensor, given: Tensor | None) -> Tensor:
        if given is None:
            return self.target(day)
        return (torch.stack(given) if isinstance(given, list) else given).bool()

    def _to_unit(self, images: Tensor | list[Tensor]) -> Tensor:
        """Loader pictures -> ``(B, 3, H, W)`` float RGB in [0, 1]."""
        images = torch.stack(images) if isinstance(images, list) else images
        return (images.flip(1) if self.bgr else images).float() / 255

    def _normalise(self, views: list[Tensor | None], data_samples: list) -> dict:
        """Let the stock preprocessor see all views as one batch, and part them again."""
        sizes = [0 if v is None else len(v) for v in views]
        joined = torch.cat([v for v in views if v is not None]).mul_(255)
        packed = {'inputs': joined.flip(1) if self.bgr else joined, 'data_samples': data_samples}
        stock = self.stock(packed, training=True)
        parts = stock['inputs'].split(sizes)
        views = Views(*(p if n else None for p, n in zip(parts, sizes, strict=True)))
        return {'inputs': views, 'data_samples': stock['data_samples']}
