"""Make day, night and dark views of a batch on the device, in front of a stock preprocessor."""

import copy
from collections.abc import Callable
from typing import Any, NamedTuple, cast

import numpy as np
import torch
import torch.nn.functional as F
from mmengine.model import BaseDataPreprocessor
from torch import Tensor

from ..ops.regions import RegionDraw, in_turn, show_only
from ..ops.saliency import SaliencyTarget
from ..registry import MODELS
from ..translation.light import Light
from .lights import Lights
from .mask_token import build_mask_token


class Views(NamedTuple):
    """Normalised views of one batch; ``night`` and ``dark`` are None where there are none."""

    day: Tensor
    night: Tensor | None = None
    dark: Tensor | None = None


class ViewsAndWhole(NamedTuple):
    """:class:`Views`, and the dark images without a mask."""

    day: Tensor
    night: Tensor | None
    dark: Tensor | None
    whole: Tensor | None


Pictures = Tensor | list[Tensor]


class Drawn(NamedTuple):
    """Pictures ``(B, 3, H, W)`` float RGB in [0, 1] and masks ``(B, H, W)`` bool of one batch.

    Lists of ``(3, H, W)`` and ``(H, W)`` where the pictures are not of one size.
    """

    day: Pictures
    night: Pictures | None = None
    dark: Pictures | None = None
    target: Pictures | None = None
    visible: Pictures | None = None


@MODELS.register_module()
class PairedPreprocessor(Lights, BaseDataPreprocessor):
    """Darken, highlight and mask on the device, batched; then let the stock preprocessor normalise.

    In training the batch holds ``inputs`` (day) and ``data_samples``, and may hold what a loader has
    already made, ``night`` and ``target_mask``, and ``dark``, unlabelled real dark pictures. The night
    view and the target are made here where the loader did not. Masking sets normalised pictures to 0,
    which is the mean colour, or to grey where no mean is subtracted, as for YOLOX: black would be an
    outlier that shifts batch statistics; or to a learned fill, a parameter of the model that lives
    here. Dark pictures get the masks of the batch too, so that MMD compares light, not how much is
    hidden. Mixup and CutMix come last and mix all views by one draw. Outside training the stock
    preprocessor gets the batch untouched.

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
        fill: What is seen where something is hidden: ``'mean'``, the mean colour, or, learned,
            ``'token'``, a colour, or ``'texture'``; see :class:`~wiid_plugins.models.MaskToken`.
        whole: Whether the dark images are given unmasked, too.
    """

    def __init__(
        self,
        preprocessor: dict[str, Any],
        darken: dict[str, Any] | None = None,
        enhance: dict[str, Any] | None = None,
        target: dict[str, Any] | None = None,
        regions: dict[str, Any] | None = None,
        bgr: bool = True,
        fill: str = 'mean',
        whole: bool = False,
    ):
        super().__init__()
        self.stock = MODELS.build(preprocessor)
        self.grey = _grey(self.stock)
        self.batch_augments = self._take_mixing()
        self.set_lights(darken, enhance)
        self.target: Callable[..., Tensor] = SaliencyTarget(**(target or {}))
        self.regions = None if regions is None else RegionDraw(**regions)
        self.bgr, self.whole = bgr, whole
        self.mask_token = build_mask_token(fill, regions is not None, 'wiid.mask', self.grey)

    def forward(self, data: dict[str, Any], training: bool = False) -> dict[str, Any]:
        """Give ``{'inputs': Views, 'data_samples': list}`` in training, else the stock result."""
        if not training:
            return self.stock(data, training)
        samples = data['data_samples']  # the stock preprocessor moves them
        data = self.cast_data({k: v for k, v in data.items() if k != 'data_samples'})
        return self.pack(self.draw(data), samples)

    def pack(self, drawn: Drawn, data_samples: list[Any]) -> dict[str, Any]:
        """Normalise, pad and mask what was drawn."""
        packed = self._normalise([drawn.day, drawn.night, drawn.dark], data_samples)
        whole = packed['inputs'].dark
        if drawn.visible is not None:
            day, night, dark = packed['inputs']
            divisor = getattr(self.stock, 'pad_size_divisor', 1)
            visible = _resized(_padded(drawn.visible, divisor), day)
            night = None if night is None else self._masked(night, visible)
            if dark is not None:
                dark = self._masked(dark, _resized(in_turn(visible, len(dark)), dark))
            packed['inputs'] = Views(self._masked(day, visible), night, dark)
        if self.whole:
            packed['inputs'] = ViewsAndWhole(**packed['inputs']._asdict(), whole=whole)
        return packed if self.batch_augments is None else self._mixed(**packed)

    def _take_mixing(self) -> Callable[..., Any] | None:
        """Take Mixup and the like out of the stock preprocessor: it would mix one view only."""
        mixing = getattr(self.stock, 'batch_augments', None)
        self.stock.batch_augments = None
        return mixing

    def _mixed(self, inputs: Views | ViewsAndWhole, data_samples: list[Any]) -> dict[str, Any]:
        """Mix the samples of all views by one draw."""
        numpy, torches = np.random.get_state(), torch.get_rng_state()
        mixed: dict[str, Any] = {}
        for name, view in inputs._asdict().items():
            if view is not None:
                np.random.set_state(numpy)
                torch.set_rng_state(torches)
                mixed[name], samples = self._mix(view, copy.deepcopy(data_samples))
        return {'inputs': inputs._replace(**mixed), 'data_samples': samples}

    def _mix(self, view: Tensor, data_samples: list[Any]) -> tuple[Tensor, list[Any]]:
        """Mix the images of one view, and their scores."""
        assert self.batch_augments is not None
        scores = torch.stack([sample.gt_score for sample in data_samples])
        view, scores = self.batch_augments(view, scores)
        for sample, score in zip(data_samples, scores, strict=True):
            sample.set_gt_score(score)
        return view, data_samples

    def _masked(self, images: Tensor, visible: Tensor) -> Tensor:
        """Fill what is not visible of normalised images."""
        if self.mask_token is not None:
            return self.mask_token(images, visible)
        fill = images.new_full((3, 1, 1), self.grey) if self.grey else None
        return show_only(images, visible, fill)

    def draw(self, data: dict[str, Any]) -> Drawn:
        """Make the views of a batch and draw what stays visible, without masking anything yet."""
        day = self._to_unit(data['inputs'])
        given, dark = data.get('night'), data.get('dark')
        night = self.night(day) if given is None else self.enhanced(self._to_unit(given))
        dark = None if dark is None else self.enhanced(self._to_unit(dark))
        if self.regions is None:
            return Drawn(day, night, dark)
        target = self._target(day, data.get('target_mask'))
        return Drawn(day, night, dark, target, self.regions(target))

    def relit(self, light: Light, images: Pictures) -> Pictures:
        """Change the light of each image; those of one size in one batch, others one by one."""
        if isinstance(images, list):
            return [light(i[None])[0] for i in images]
        return light(images)

    def _target(self, day: Pictures, given: Pictures | None) -> Tensor:
        if given is None:
            return self.target(day)
        return (torch.stack(given) if isinstance(given, list) else given).bool()

    def _to_unit(self, images: Pictures) -> Pictures:
        """Loader pictures -> ``(B, 3, H, W)`` float RGB in [0, 1], a list where sizes differ."""
        if isinstance(images, list) and len({i.shape for i in images}) > 1:
            return [self._to_unit(i[None])[0] for i in images]
        images = torch.stack(images) if isinstance(images, list) else images
        return (images.flip(1) if self.bgr else images).float() / 255

    def _normalise(self, views: list[Pictures | None], data_samples: list[Any]) -> dict[str, Any]:
        """Let the stock preprocessor see all views as one batch, and part them again."""
        sizes = [0 if v is None else len(v) for v in views]
        joined = self._joined([v for v in views if v is not None])
        stock = self.stock({'inputs': joined, 'data_samples': data_samples}, training=True)
        day, *others = stock['inputs'].split(sizes)
        night, dark = (p if n else None for p, n in zip(others, sizes[1:], strict=True))
        return {'inputs': Views(day, night, dark), 'data_samples': stock['data_samples']}

    def _joined(self, views: list[Pictures]) -> Pictures:
        """All views as one batch in [0, 255], in the loader's colour order."""
        if len({p.shape for v in views for p in v}) == 1:
            joined = torch.cat(cast(list[Tensor], views)).mul_(255)
            return joined.flip(1) if self.bgr else joined
        return [(p.flip(0) if self.bgr else p) * 255 for v in views for p in v]  # stock pads them


def _grey(stock: BaseDataPreprocessor) -> float:
    """What the mean colour becomes: 0, or YOLOX's grey where the preprocessor subtracts no mean."""
    normalizes = getattr(stock, '_enable_normalize', False)
    if normalizes and stock.mean.any():
        return 0.0
    return 114 / float(stock.std.mean()) if normalizes else 114.0


def _padded(visible: Pictures, divisor: int) -> Tensor:
    """Masks as large as the padded images; padding is visible."""
    batches = [v[None] for v in visible] if isinstance(visible, list) else [visible]
    sizes = (max(v.shape[i] for v in batches) for i in (1, 2))
    height, width = (-(-size // divisor) * divisor for size in sizes)
    grow = [(0, width - v.shape[2], 0, height - v.shape[1]) for v in batches]
    return torch.cat([F.pad(v, g, value=True) for v, g in zip(batches, grow, strict=True)])


def _resized(visible: Tensor, images: Tensor) -> Tensor:
    """Masks as large as images that the stock preprocessor has resized, or that have their own size."""
    if visible.shape[-2:] == images.shape[-2:]:
        return visible
    return F.interpolate(visible[:, None].float(), images.shape[-2:], mode='nearest')[:, 0] > 0
