"""mmdet's own detectors made narrow, and small pictures with painted boxes for them."""

import copy
from functools import cache

import numpy as np
import torch
from mmdet.structures import DetDataSample
from mmdet.structures.bbox import HorizontalBoxes
from mmengine.config import ConfigDict
from mmengine.hub import get_config
from mmengine.structures import InstanceData

from wiid_plugins.registry import MODELS

NAMES = ('red', 'green', 'blue')
COLOURS = np.array([(20, 20, 230), (20, 230, 20), (230, 20, 20)], np.uint8)  # BGR
_RESNET = dict(depth=18, stem_channels=8, base_channels=8, frozen_stages=-1, init_cfg=None)
_ATTENTION = dict(self_attn_cfg=dict(embed_dims=16), ffn_cfg=dict(embed_dims=16))
_ATTENTION['ffn_cfg']['feedforward_channels'] = 16
_CROSS = dict(_ATTENTION, cross_attn_cfg=dict(embed_dims=16))
_CROSS['self_attn_cfg'] = dict(embed_dims=16, num_heads=2)
_STOCK = dict(
    retinanet=(
        'retinanet/retinanet_r50_fpn_1x_coco.py',
        dict(
            backbone=_RESNET,
            neck=dict(in_channels=[8, 16, 32, 64], out_channels=8),
            bbox_head=dict(num_classes=3, in_channels=8, feat_channels=8, stacked_convs=1),
            test_cfg=dict(score_thr=0.0),
        ),
    ),
    faster_rcnn=(
        'faster_rcnn/faster-rcnn_r50_fpn_1x_coco.py',
        dict(
            backbone=_RESNET,
            neck=dict(in_channels=[8, 16, 32, 64], out_channels=8),
            rpn_head=dict(in_channels=8, feat_channels=8),
            roi_head=dict(
                bbox_roi_extractor=dict(out_channels=8),
                bbox_head=dict(num_classes=3, in_channels=8, fc_out_channels=16),
            ),
        ),
    ),
    yolov3=(
        'yolo/yolov3_mobilenetv2_8xb24-320-300e_coco.py',
        dict(
            backbone=dict(widen_factor=0.25, init_cfg=None),
            neck=dict(in_channels=[80, 24, 8], out_channels=[16, 16, 16]),
            bbox_head=dict(num_classes=3, in_channels=[16, 16, 16], out_channels=[16, 16, 16]),
            test_cfg=dict(score_thr=0.0, conf_thr=0.0),
        ),
    ),
    deformable_detr=(
        'deformable_detr/deformable-detr_r50_16xb2-50e_coco.py',
        dict(
            num_queries=10,
            backbone=_RESNET,
            neck=dict(in_channels=[16, 32, 64], out_channels=16, norm_cfg=dict(num_groups=2)),
            encoder=dict(num_layers=1, layer_cfg=_ATTENTION),
            decoder=dict(num_layers=1, layer_cfg=_CROSS),
            positional_encoding=dict(num_feats=8),
            bbox_head=dict(num_classes=3, embed_dims=16),
            test_cfg=dict(max_per_img=10),
        ),
    ),
)
LEVELS = dict(retinanet=[8] * 5, faster_rcnn=[8] * 5, yolov3=[16] * 3, deformable_detr=[16] * 4)
ALL = dict(darken=dict(), enhance=dict(), grid=dict(front_ratio=0.3, back_ratio=0.3))


@cache
def _parent(name):
    config = get_config(f'mmdet::{_STOCK[name][0]}')
    config.merge_from_dict(dict(model=_STOCK[name][1]))
    return config.model


def stock_config(name):
    """The stock detector's config and that of its preprocessor."""
    model = copy.deepcopy(_parent(name))
    norm = model.pop('data_preprocessor')
    model['type'] = f'mmdet.{model["type"]}'
    return model, {**norm, 'type': f'mmdet.{norm["type"]}'}


def build_stock(name, seed=0):
    torch.manual_seed(seed)
    model, norm = stock_config(name)
    model = MODELS.build(ConfigDict(**model, data_preprocessor=norm))
    model.init_weights()
    return model


def build_paired(name, byol=True, mmd=True, seed=0, views=None, **kwargs):
    """A paired detector; ``views`` are arguments of its preprocessor, none make a night view."""
    torch.manual_seed(seed)
    model, norm = stock_config(name)
    aux = dict(type='wiid_plugins.WiidAux', in_channels=LEVELS[name], hidden=8, out=8)
    aux['byol'] = dict(weight=0.5, momentum=0.1) if byol else None
    aux['mmd'] = dict(weight=0.3) if mmd else None
    config = dict(
        type='wiid_plugins.PairedDetector',
        detector=model,
        aux=aux if byol or mmd else None,
        data_preprocessor=dict(
            type='wiid_plugins.PairedDetPreprocessor', preprocessor=norm, **(views or {})
        ),
    )
    model = MODELS.build(ConfigDict({**config, **kwargs}))
    model.init_weights()
    return model


def draw_picture(size=(64, 64), boxes=2, seed=0):
    """A grey picture with painted boxes: ``(H, W, 3)`` uint8 BGR, ``(n, 4)`` xyxy, ``(n,)`` labels."""
    rng = np.random.default_rng(seed)
    height, width = size
    picture = rng.integers(100, 140, (height, width, 1), np.uint8).repeat(3, 2)
    corners, labels = [], rng.integers(0, 3, boxes)
    for index, label in enumerate(labels):
        low, side = index * width // boxes, width // boxes
        x1, y1 = int(rng.integers(low, low + side // 4)), int(rng.integers(0, height // 3))
        x2, y2 = x1 + int(side * 0.7), y1 + int(height * 0.5)
        picture[y1:y2, x1:x2] = COLOURS[label]
        corners.append([x1, y1, x2, y2])
    return picture, np.array(corners, np.float32).reshape(-1, 4), labels


def sample_of(size=(64, 64), boxes=2, seed=0):
    """A packed sample as mmdet's pipeline gives it."""
    picture, corners, labels = draw_picture(size, boxes, seed)
    meta = dict(img_shape=size, ori_shape=size, scale_factor=(1.0, 1.0), img_id=seed)
    sample = DetDataSample(metainfo=meta)
    sample.gt_instances = InstanceData(
        bboxes=HorizontalBoxes(torch.from_numpy(corners)), labels=torch.from_numpy(labels)
    )
    sample.ignored_instances = InstanceData(
        bboxes=HorizontalBoxes(torch.zeros(0, 4)), labels=torch.zeros(0, dtype=torch.long)
    )
    inputs = torch.from_numpy(picture).permute(2, 0, 1).contiguous()
    return dict(inputs=inputs, data_samples=sample)


def batch_of(n=2, sizes=((64, 64),), boxes=(2,), dark=False, seed=0):
    """A batch as ``pseudo_collate`` gives it; sizes and numbers of boxes take turns."""
    each = [sample_of(sizes[i % len(sizes)], boxes[i % len(boxes)], seed + i) for i in range(n)]
    batch = {key: [s[key] for s in each] for key in each[0]}
    if dark:
        batch['dark'] = [sample_of(sizes[0], 2, seed + 50 + i)['inputs'] // 6 for i in range(n)]
    return batch
