"""mmaction2 recognizers made narrow, small clips for them, and a tree of encoded ones."""

import copy

import cv2
import numpy as np
import torch
from mmaction.structures import ActionDataSample
from mmengine.config import ConfigDict
from mmengine.registry import init_default_scope

from clips import disc_clip
from wiid_plugins.registry import MODELS

CLASSES = 3
FRAMES = 8
_NORM = dict(
    type='mmaction.ActionDataPreprocessor',
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
)
_RESNET3D = dict(
    type='ResNet3d',
    depth=18,
    pretrained=None,
    base_channels=4,
    conv1_kernel=(3, 7, 7),
    norm_eval=False,
    zero_init_residual=False,
)
_HEAD = dict(num_classes=CLASSES, topk=(1,), average_clips='prob')
_CONSENSUS = dict(type='AvgConsensus', dim=1)
_STOCK = dict(
    i3d=dict(
        type='mmaction.Recognizer3D',
        backbone=_RESNET3D,
        cls_head=dict(type='I3DHead', in_channels=32, dropout_ratio=0.5, **_HEAD),
    ),
    tsn=dict(
        type='mmaction.Recognizer2D',
        backbone=dict(type='mmpretrain.ResNet', depth=18, stem_channels=8, base_channels=8),
        cls_head=dict(type='TSNHead', in_channels=64, consensus=_CONSENSUS, **_HEAD),
    ),
    tsm=dict(
        type='mmaction.Recognizer2D',
        backbone=dict(type='MobileNetV2TSM', num_segments=4, widen_factor=0.1, pretrained2d=False),
        cls_head=dict(
            type='TSMHead', in_channels=1280, num_segments=4, consensus=_CONSENSUS, **_HEAD
        ),
    ),
)
_STOCK['tpn'] = dict(  # its neck has a loss of its own, and always gives 2048 channels
    type='mmaction.Recognizer3D',
    backbone=dict(_RESNET3D, type='ResNet3dSlowOnly', out_indices=(2, 3), conv1_kernel=(1, 7, 7)),
    neck=dict(
        type='TPN',
        in_channels=(16, 32),
        out_channels=32,
        spatial_modulation_cfg=dict(in_channels=(16, 32), out_channels=32),
        temporal_modulation_cfg=dict(downsample_scales=(8, 8)),
        upsample_cfg=dict(scale_factor=(1, 1, 1)),
        downsample_cfg=dict(downsample_scale=(1, 1, 1)),
        level_fusion_cfg=dict(
            in_channels=(32, 32),
            mid_channels=(32, 32),
            out_channels=32,
            downsample_scales=((1, 1, 1),) * 2,
        ),
        aux_head_cfg=dict(out_channels=CLASSES, loss_weight=0.5),
    ),
    cls_head=dict(type='TPNHead', in_channels=2048, **_HEAD),
)
WIDTHS = dict(i3d=32, tsn=64, tsm=1280, tpn=[16, 32])
SHAPES = dict(
    i3d=(1, 3, FRAMES, 32, 32),
    tpn=(1, 3, FRAMES, 32, 32),
    tsn=(4, 3, 32, 32),
    tsm=(4, 3, 32, 32),
    tsm8=(8, 3, 32, 32),
)
ALL = dict(darken=dict(), enhance=dict(), regions=dict(highlight=0.3, blocks=0.7))


def norm_of(name):
    return dict(_NORM, format_shape='NCTHW' if len(SHAPES[name]) == 5 else 'NCHW')


def build_stock(name, seed=0):
    init_default_scope('mmaction')  # the recognizer asks for parts without naming it
    torch.manual_seed(seed)
    model = MODELS.build(ConfigDict(copy.deepcopy(_STOCK[name]), data_preprocessor=norm_of(name)))
    model.init_weights()
    return model


def build_paired(name, byol=True, mmd=True, seed=0, views=None, **kwargs):
    """A paired recognizer; ``views`` are arguments of its preprocessor, none make a night view."""
    init_default_scope('mmaction')
    torch.manual_seed(seed)
    aux = dict(type='wiid_plugins.WiidAux', in_channels=WIDTHS[name], hidden=8, out=8)
    aux['byol'] = dict(weight=0.5, momentum=0.1) if byol else None
    aux['mmd'] = dict(weight=0.3) if mmd else None
    config = dict(
        type='wiid_plugins.PairedRecognizer',
        recognizer=copy.deepcopy(_STOCK[name]),
        aux=aux if byol or mmd else None,
        data_preprocessor=dict(
            type='wiid_plugins.PairedClipPreprocessor',
            preprocessor=norm_of(name),
            **(views or {}),
        ),
    )
    model = MODELS.build(ConfigDict({**config, **kwargs}))
    model.init_weights()
    return model


def clip_of(name, seed=0, **disc):
    """A clip as the loader gives it, uint8 RGB: a disc moves over a textured ground."""
    shape = SHAPES[name]
    frames = shape[2] if len(shape) == 5 else shape[0]
    clip, _ = disc_clip(frames, shape[-2:], **{'level': 0.5, 'radius': 5, 'seed': seed, **disc})
    clip = (clip * 255).round().byte()
    return clip.transpose(0, 1)[None].contiguous() if len(shape) == 5 else clip


def batch_of(name, n=3, dark=False, seed=0):
    """A batch as ``pseudo_collate`` gives it."""
    clips = [clip_of(name, seed + i) for i in range(n)]
    samples = [ActionDataSample().set_gt_label(i % CLASSES) for i in range(n)]
    batch = dict(inputs=clips, data_samples=samples)
    if dark:
        batch['dark'] = [clip_of(name, seed + 50 + i, level=0.08) for i in range(n)]
    return batch


def write_clips(root, frames=12, size=(48, 64)):
    """Encoded clips and mmaction2's lists of them: ``train``, ``val``, ``dark``, ``test``."""
    for split, count, level in (
        ('train', 4, 0.5),
        ('val', 2, 0.5),
        ('dark', 3, 0.1),
        ('test', 2, 0.1),
    ):
        (root / split).mkdir(parents=True)
        lines = []
        for number in range(count):
            clip, _ = disc_clip(frames, size, level=level, seed=number)
            path = root / split / f'{number}.mp4'
            code = cv2.VideoWriter_fourcc(*'mp4v')
            video = cv2.VideoWriter(str(path), code, 10, size[::-1])
            for frame in (clip * 255).byte().permute(0, 2, 3, 1).numpy():
                video.write(np.ascontiguousarray(frame[..., ::-1]))
            video.release()
            lines.append(f'{split}/{number}.mp4 {number % CLASSES}\n')
        (root / f'{split}.txt').write_text(''.join(lines))
