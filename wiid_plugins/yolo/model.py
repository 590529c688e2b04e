"""An Ultralytics detector that is trained on day and night views of the same pictures."""

import torch
from torch import Tensor
from ultralytics.nn.modules import OBB, Detect, Pose, Segment, WorldDetect, YOLOEDetect
from ultralytics.nn.tasks import BaseModel, DetectionModel

from ..models.aux import WiidAux
from ..models.mask_token import build_mask_token
from ..models.tap import pooled, tapped
from .views import GREY

OTHER_TASKS = (Segment, Pose, OBB, WorldDetect, YOLOEDetect)  # with losses of their own


class PairedDetectionModel(DetectionModel):
    """Add the loss of the night view, BYOL and MMD to a stock detector's loss.

    Outside training, and on batches without a night view, it is the stock detector; its loss items
    then hold zeros in the added columns ``night_loss``, ``byol_loss`` and ``mmd_loss``, of which only
    those exist that ``wiid`` asks for. Without ``wiid`` nothing is added.

    Args:
        cfg: Model YAML of Ultralytics, for example ``'yolov5m.yaml'``.
        ch: Number of input channels.
        nc: Number of classes.
        verbose: Log a summary.
        wiid: The options of the method. Here count ``darken`` (None: no night view), ``aux``,
            arguments of :class:`~wiid_plugins.models.WiidAux` without ``in_channels``, which are found
            here (None: no auxiliary loss), ``tap``, the layers that it sees (default: those that feed
            the head), ``joint_forward`` (default True), all views in one batch, so that batch norm
            sees them together, and ``mask.fill``, what masks show: ``'mean'`` (default), grey, or
            ``'token'`` or ``'texture'``, a :class:`~wiid_plugins.models.MaskToken` that lives here,
            starts grey and is used by :class:`~wiid_plugins.yolo.views.PairedViews`.

    Raises:
        ValueError: If it is no YOLO that finds boxes, which Ultralytics trains in another way.
    """

    def __init__(
        self,
        cfg: str | dict,
        ch: int = 3,
        nc: int | None = None,
        verbose: bool = True,
        wiid: dict | None = None,
    ):
        super().__init__(cfg, ch, nc, verbose)
        head = self.model[-1]
        if not isinstance(head, Detect) or isinstance(head, OTHER_TASKS):
            raise ValueError(
                f'{self.yaml.get("yaml_file", "the model")}: ends in {type(head).__name__}, which '
                'Ultralytics trains in another way; take a YOLO that finds boxes, as yolo11n.yaml, or '
                'for a DETR one of mmdet'
            )
        wiid = wiid or {}
        self.joint_forward = wiid.get('joint_forward', True)
        tap = wiid.get('tap') or [f'model.{index}' for index in self.model[-1].f]
        self.tap = [tap] if isinstance(tap, str) else tap
        self.aux: WiidAux | None = None
        if (wiid.get('aux') or {}).get('byol') or (wiid.get('aux') or {}).get('mmd'):
            self.aux = WiidAux(self._widths(ch), **wiid['aux'])
        night = wiid.get('darken') is not None
        self.mask_token = build_mask_token(
            (wiid.get('mask') or {}).get('fill', 'mean'),
            night,
            'wiid.darken',
            GREY,
        )
        parts = {
            'night_loss': night,
            'byol_loss': night and self.aux is not None and self.aux.byol,
            'mmd_loss': night and self.aux is not None and self.aux.mmd,
        }
        self.columns = [name for name, present in parts.items() if present]

    @torch.no_grad()
    def _widths(self, channels: int) -> list[int]:
        """Channels of each tapped layer, as a pass of an empty image shows them."""
        with tapped(self.eval(), self.tap, stop=True) as outputs:
            self.predict(torch.zeros(1, channels, 64, 64))
        self.train()
        return [output.shape[1] for output in outputs]

    def loss(self, batch: dict, preds=None) -> tuple[Tensor, dict[str, Tensor]]:
        """Detection losses of both views and the auxiliary losses, all times the batch size.

        Args:
            batch: The stock batch, ``img`` being the day view ``(B, 3, H, W)`` float RGB in [0, 1];
                in training also ``night`` of the same shape, and where BYOL and MMD need them ``slow``,
                per level ``(2B, out)`` slow projections, and ``dark`` ``(M, 3, H, W)``.
            preds: Stock predictions for ``img``, used outside training.

        Returns:
            1-D losses, whose sum is trained on, and detached items per picture.
        """
        if not self.training or 'night' not in batch:
            loss, items = super().loss(batch, preds)
            return loss, items | dict.fromkeys(self.columns, loss.new_zeros(()))
        preds, taps = self._run([batch[k] for k in ('img', 'night', 'dark') if k in batch])
        day, items = super().loss(batch, preds[0])
        night, night_items = super().loss(batch, preds[1])
        added = self._aux_losses(batch, taps)
        items = items | {'night_loss': sum(night_items.values())}
        items |= {name: value.detach() for name, value in added.items()}
        scaled = [value.view(1) * len(batch['img']) for value in added.values()]
        return torch.cat([day, night, *scaled]), items

    def _run(self, views: list[Tensor]) -> tuple[list, list[tuple[Tensor, ...]]]:
        """Give the raw predictions of each view, and per level the pooled taps of each view."""
        if not self.joint_forward and len(views) > 1:
            runs = [self._run([view]) for view in views]
            levels = zip(*(taps for _, taps in runs), strict=True)
            return [preds[0] for preds, _ in runs], [tuple(t[0] for t in lv) for lv in levels]
        with tapped(self, self.tap if self.aux is not None else ()) as outputs:
            preds = self.predict(torch.cat(views))
        sizes = [len(view) for view in views]
        return split(preds, sizes), [pooled(o).split(sizes) for o in outputs]

    def _aux_losses(self, batch: dict, taps: list[tuple[Tensor, ...]]) -> dict[str, Tensor]:
        losses: dict[str, Tensor] = {}
        if self.aux is None:
            return losses
        if 'byol_loss' in self.columns:
            online = [torch.cat(level[:2]) for level in taps]
            losses['byol_loss'] = self.aux.byol_loss(online, batch['slow'])
        if 'mmd_loss' in self.columns:
            night, dark = [level[1] for level in taps], [level[2] for level in taps]
            losses['mmd_loss'] = self.aux.mmd_loss(night, dark)
        return losses


class PyramidEncoder(BaseModel):
    """Backbone and neck of a detector, sharing its layers: what the momentum encoder copies."""

    def __init__(self, detector: PairedDetectionModel):
        super().__init__()
        self.model = detector.model[:-1]
        self.save = detector.save
        self.levels = detector.tap

    def forward(self, images: Tensor) -> list[Tensor]:
        """``(N, 3, H, W)`` float RGB in [0, 1] -> per pyramid level ``(N, C)`` pooled features."""
        with tapped(self, self.levels) as outputs:
            self.predict(images)
        return [pooled(o) for o in outputs]


def split(preds: Tensor | dict | list, sizes: list[int]) -> list:
    """Part the nested predictions of a joined batch into those of its views."""
    if isinstance(preds, Tensor):
        return list(preds.split(sizes))
    keys = list(preds) if isinstance(preds, dict) else range(len(preds))
    parts = [split(preds[key], sizes) for key in keys]
    views = [list(view) for view in zip(*parts, strict=True)]
    return [dict(zip(keys, v, strict=True)) for v in views] if isinstance(preds, dict) else views
