"""Make the night view, the dark view and the masks of a batch on the device."""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor
from ultralytics.utils.ops import xywh2xyxy, xyxy2xywh

from ..models.lights import Lights
from ..models.mask_token import MaskToken
from ..ops.grid import GridDraw, shrink_boxes
from ..ops.regions import in_turn

GREY = 114 / 255  # what Ultralytics pads with: black would be an outlier that shifts batch norm


class PairedViews(Lights):
    """Darken, enhance and mask a preprocessed batch, after all geometry and colour jitter.

    Args:
        darken: ``dict()`` of :func:`~wiid_plugins.translation.build_darkener`; None: no night view,
            and nothing else is done.
        enhance: ``dict()`` of :func:`~wiid_plugins.translation.build_enhancer`, applied to the night
            view and to the dark pictures as it is at test time; None: they stay dark. A learned
            darkener gives enhanced pictures by itself.
        grid: ``dict()`` of :class:`~wiid_plugins.ops.grid.GridDraw`; None: no masking.
        dark: Endless batches ``(M, 3, H, W)`` uint8 RGB of dark pictures; None: no dark view.
        mask_token: Of the model, what is seen where something is hidden; None: grey.
    """

    def __init__(
        self,
        darken: dict | None = None,
        enhance: dict | None = None,
        grid: dict | None = None,
        dark: Iterator[Tensor] | None = None,
        mask_token: MaskToken | None = None,
    ):
        self.set_lights(darken, enhance)
        self.grid = None if grid is None else GridDraw(**grid)
        self.dark = dark
        self.shown = shown if mask_token is None else mask_token

    def __call__(self, batch: dict) -> dict:
        """Add ``night`` and ``dark`` to a batch and mask it.

        Args:
            batch: Of the stock trainer: ``img`` ``(B, 3, H, W)`` float RGB in [0, 1]; ``bboxes``
                ``(n, 4)`` xywh as shares of the picture, ``cls`` ``(n, 1)``, ``batch_idx`` ``(n,)``.

        Returns:
            A new batch; with front cells erased, boxes are shrunk or dropped in all three.
        """
        return batch if self.darken is None else self.masked(self.lit(batch))

    def lit(self, batch: dict) -> dict:
        """Give the batch with ``night`` and ``dark``, all views whole."""
        batch = batch | {'night': self.night(batch['img'])}
        if self.dark is not None:
            dark = next(self.dark).to(batch['img'].device, non_blocking=True).float() / 255
            if dark.shape[2:] != batch['img'].shape[2:]:  # multi-scale training
                dark = F.interpolate(dark, batch['img'].shape[2:], mode='bilinear')
            batch['dark'] = self.enhanced(dark)
        return batch

    def masked(self, batch: dict) -> dict:
        """Give the batch with the same cells of all views hidden, and boxes of what is left."""
        if self.grid is None:
            return batch
        height, width = batch['img'].shape[2:]
        scale = batch['bboxes'].new_tensor([width, height, width, height])
        owner = batch['batch_idx'].long()
        order = owner.argsort(stable=True)
        counts = owner.bincount(minlength=len(batch['img'])).tolist()
        boxes = (xywh2xyxy(batch['bboxes'][order]) * scale).split(counts)
        visible = self.grid(boxes, (height, width))
        shrunk, kept = shrink_boxes(boxes, visible)
        order = order[torch.cat(kept)]
        batch = batch | {key: batch[key][order] for key in ('cls', 'batch_idx')}
        batch['bboxes'] = xyxy2xywh(torch.cat(shrunk)) / scale
        if 'dark' in batch:  # MMD is to compare light, not how much is hidden
            batch['dark'] = self.shown(batch['dark'], in_turn(visible, len(batch['dark'])))
        return batch | {key: self.shown(batch[key], visible) for key in ('img', 'night')}


def shown(images: Tensor, visible: Tensor) -> Tensor:
    """Turn grey what is not visible: images ``(B, 3, H, W)``, visible ``(B, H, W)`` bool."""
    return torch.where(visible[:, None], images, GREY)
