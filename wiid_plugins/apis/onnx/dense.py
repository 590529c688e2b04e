"""The dense single-stage detectors of mmdet, from normalised images to boxes."""

from typing import Any

import torch
import torch.nn.functional as F
from mmdet.models.dense_heads import YOLOV3Head, YOLOXHead
from mmdet.models.dense_heads.base_dense_head import BaseDenseHead
from mmdet.models.detectors import SingleStageDetector
from mmdet.structures.bbox import get_box_tensor
from torch import Tensor, nn

from .suppression import best

Found = tuple[Tensor, Tensor, Tensor]  # boxes (N, K, 4), scores (N, K), labels (N, K)
MOST = 300  # boxes of an image, where the config sets no limit


class Dense(nn.Module):
    """A detector of mmdet whose head gives boxes at every place, with its suppression.

    Args:
        detector: Stock, in evaluation mode.

    Raises:
        ValueError: If it is of another kind, or suppresses in another way.
    """

    def __init__(self, detector: Any):
        super().__init__()
        check_kind(detector)
        self.detector, self.head = detector, detector.bbox_head
        self.cfg = self.head.test_cfg
        self.classes = self.head.num_classes

    def forward(self, images: Tensor, sizes: Tensor) -> Found:
        """Find boxes ``(N, R, 4)``, scores and labels ``(N, R)``; see :func:`.suppression.best`."""
        outputs = self.head(self.detector.extract_feat(images))
        if isinstance(self.head, YOLOXHead):
            found = self._yolox(*outputs)
        elif isinstance(self.head, YOLOV3Head):
            found = self._yolov3(*outputs)
        else:
            found = self._by_level(*outputs)
        boxes, scores, labels = found
        if getattr(getattr(self.head, 'bbox_coder', None), 'clip_border', False):
            boxes = torch.minimum(boxes.clamp_min(0), sizes[[3, 2, 3, 2]].to(boxes))
        small = self.cfg.get('min_bbox_size', -1)
        if small >= 0:
            wide = ((boxes[..., 2:] - boxes[..., :2]) > small).all(-1)
            scores = torch.where(wide, scores, -1.0)
        rows = self.cfg.get('max_per_img', MOST)
        iou = self.cfg.nms.get('iou_threshold', self.cfg.nms.get('iou_thr'))
        return best(boxes, scores, labels, self.classes, iou, rows)

    def _priors(self, maps: Any, **options: Any) -> list[Tensor]:
        sizes = [level.shape[-2:] for level in maps]
        return self.head.prior_generator.grid_priors(sizes, device=maps[0].device, **options)

    def _by_level(self, scores: Any, boxes: Any, factors: Any = None) -> Found:
        """As `BaseDenseHead.predict_by_feat`: the best of each level, decoded."""
        width = self.head.bbox_coder.encode_size
        levels = []
        for level, priors in enumerate(self._priors(scores)):
            value = rows(scores[level], self.head.cls_out_channels)
            sigmoid = self.head.use_sigmoid_cls
            value = value.sigmoid() if sigmoid else value.softmax(-1)[..., :-1]
            value, place, label = self._candidates(value)
            if factors is not None:
                value = value * taken(rows(factors[level], 1).sigmoid(), place)[..., 0]
            deltas = taken(rows(boxes[level], width), place)
            decoded = self.head.bbox_coder.decode(priors[place].flatten(0, 1), deltas.flatten(0, 1))
            levels.append((get_box_tensor(decoded).unflatten(0, place.shape), value, label))
        boxes, scores, labels = (torch.cat(parts, 1) for parts in zip(*levels, strict=True))
        return boxes, scores, labels

    def _candidates(self, scores: Tensor) -> Found:
        """Above the threshold, the `nms_pre` best of ``(N, P, C)``: scores, places and labels."""
        classes = scores.shape[-1]
        flat = scores.flatten(1)
        flat = torch.where(flat > self.cfg.get('score_thr', 0), flat, -1.0)
        most = self.cfg.get('nms_pre', -1)
        if most > 0:
            value, place = F.pad(flat, (0, most), value=-1.0).topk(most)
            place = torch.where(value > 0, place, 0)
        else:
            value, place = flat.sort(descending=True)
        return value, place // classes, place % classes

    def _yolov3(self, maps: Any) -> Found:
        levels = [rows(level, self.head.num_attrib) for level in maps]
        strides = [
            level.new_tensor(float(stride)).expand(level.shape[1])
            for level, stride in zip(levels, self.head.featmap_strides, strict=True)
        ]
        values = torch.cat(levels, 1)
        deltas = torch.cat([values[..., :2].sigmoid(), values[..., 2:4]], -1)
        priors = torch.cat(self._priors(maps))
        boxes = self.head.bbox_coder.decode(priors, deltas, torch.cat(strides)[:, None])
        sure, scores = values[..., 4].sigmoid(), values[..., 5:].sigmoid()
        least = self.cfg.get('conf_thr', -1)
        if least > 0:
            scores = torch.where((sure >= least)[..., None], scores, -1.0)
        scores, place, labels = self._candidates(scores)
        sure = sure.gather(1, place)
        return taken(get_box_tensor(boxes), place), scores * sure, labels

    def _yolox(self, scores: Any, boxes: Any, objects: Any) -> Found:
        priors = torch.cat(self._priors(scores, with_stride=True))
        deltas = torch.cat([rows(level, 4) for level in boxes], 1)
        sure = torch.cat([rows(level, 1) for level in objects], 1).sigmoid()
        channels = self.head.cls_out_channels
        by_class = torch.cat([rows(level, channels) for level in scores], 1).sigmoid()
        value, labels = (by_class * sure).max(-1)
        value = torch.where(value >= self.cfg.score_thr, value, -1.0)
        return self.head._bbox_decode(priors, deltas), value, labels


def rows(level: Tensor, width: int) -> Tensor:
    """``(N, A * width, h, w)`` -> ``(N, h * w * A, width)``."""
    return level.permute(0, 2, 3, 1).flatten(1).unflatten(1, (-1, width))


def taken(values: Tensor, place: Tensor) -> Tensor:
    """Take rows ``(N, k)`` of ``(N, P, D)``."""
    return values.gather(1, place[..., None].expand(-1, -1, values.shape[-1]))


def check_kind(detector: Any) -> None:
    """Refuse what has another way from features to boxes.

    Raises:
        ValueError: If it has.
    """
    head: Any = getattr(detector, 'bbox_head', None)
    kind = f'{type(detector).__name__} with {type(head).__name__}'
    own = (YOLOXHead, YOLOV3Head)
    stock = all(
        getattr(type(head), name, None) is getattr(BaseDenseHead, name)
        for name in ('predict_by_feat', '_predict_by_feat_single', '_bbox_post_process')
    )
    masks = getattr(detector, 'mask_head', None) is not None
    if not isinstance(detector, SingleStageDetector) or masks or not (stock or type(head) in own):
        raise ValueError(
            f'{kind} cannot be exported; of mmdet the dense single-stage detectors can, as RetinaNet, '
            'FCOS, ATSS, SSD, RTMDet, YOLOX and YOLOv3'
        )
    nms = head.test_cfg.get('nms') or {}
    if nms.get('type', 'nms') != 'nms' or nms.get('class_agnostic'):
        raise ValueError(f'{kind}: test_cfg.nms is {dict(nms)}; ONNX has type="nms" class by class')
