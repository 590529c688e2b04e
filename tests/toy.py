"""Small models, data and runners that the tests share."""

import copy
from uuid import uuid4

import torch
from mmengine.model import BaseModel
from mmengine.runner import Runner
from mmpretrain.structures import DataSample
from torch import nn
from torch.utils.data import Dataset

from wiid_plugins.models import Views
from wiid_plugins.registry import MODELS

CLASSES = 3
NORM = dict(
    type='mmpretrain.ClsDataPreprocessor',
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    to_rgb=True,
)


def _linear(channels):
    return dict(type='LinearClsHead', num_classes=CLASSES, in_channels=channels, topk=(1,))


_STOCK = dict(
    resnet=dict(
        backbone=dict(type='ResNet', depth=18, stem_channels=8, base_channels=8),
        neck=dict(type='GlobalAveragePooling'),
        head=_linear(64),
    ),
    mobilenet=dict(
        backbone=dict(type='MobileNetV2', widen_factor=0.1),
        neck=dict(type='GlobalAveragePooling'),
        head=_linear(1280),
    ),
    vit=dict(
        backbone=dict(
            type='VisionTransformer',
            arch=dict(embed_dims=16, num_layers=2, num_heads=2, feedforward_channels=32),
            img_size=32,
            patch_size=8,
        ),
        head=dict(type='VisionTransformerClsHead', num_classes=CLASSES, in_channels=16),
    ),
)
TAPS = dict(resnet=('neck', 64), mobilenet=('neck', 1280), vit=('backbone', 16))


def stock_config(name='resnet'):
    return dict(type='mmpretrain.ImageClassifier', **copy.deepcopy(_STOCK[name]))


def build_stock(name='resnet', seed=0):
    torch.manual_seed(seed)
    model = MODELS.build({**stock_config(name), 'data_preprocessor': dict(NORM)})
    model.init_weights()
    return model


def build_paired(name='resnet', byol=True, mmd=True, seed=0, views=None, **kwargs):
    """A paired classifier; ``views`` are arguments of its preprocessor, none make a night view."""
    torch.manual_seed(seed)
    tap, channels = TAPS[name]
    aux = dict(type='wiid_plugins.WiidAux', in_channels=channels, hidden=8, out=8)
    aux['byol'] = dict(weight=0.5, momentum=0.1) if byol else None
    aux['mmd'] = dict(weight=0.3) if mmd else None
    preprocessor = dict(type='wiid_plugins.PairedPreprocessor', preprocessor=dict(NORM))
    config = dict(
        type='wiid_plugins.PairedClassifier',
        classifier=stock_config(name),
        aux=aux if byol or mmd else None,
        tap=tap,
        data_preprocessor=preprocessor | (views or {}),
    )
    model = MODELS.build({**config, **kwargs})
    model.init_weights()
    return model


def make_views(n=4, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return Views(*(torch.randn(n, 3, 32, 32, generator=generator) for _ in range(3)))


def make_samples(n=4):
    return [DataSample().set_gt_label(i % CLASSES) for i in range(n)]


class Pictures(Dataset):
    """Random pictures with labels."""

    metainfo = dict(classes=('a', 'b', 'c'))

    def __init__(self, n):
        generator = torch.Generator().manual_seed(1)
        self.pictures = torch.randint(
            0, 256, (n, 3, 32, 32), generator=generator, dtype=torch.uint8
        )

    def __len__(self):
        return len(self.pictures)

    def __getitem__(self, index):
        sample = DataSample().set_gt_label(index % CLASSES)
        return dict(inputs=self.pictures[index], data_samples=sample)


class Line(BaseModel):
    """The cheapest model that a Runner trains."""

    def __init__(self):
        super().__init__()
        self.line = nn.Linear(3, 1)

    def forward(self, inputs, data_samples=None, mode='loss'):
        means = torch.stack(inputs).float().mean((2, 3)) / 255
        return dict(loss=self.line(means).square().mean())


def make_runner(folder, model=None, n=8, batch_size=4, epochs=1, hooks=(), **kwargs):
    """A Runner over ``n`` pictures that writes no checkpoint unless told to."""
    optim = dict(optimizer=dict(type='SGD', lr=0.05, momentum=0.9))
    optim |= kwargs.pop('optim', {})
    default_hooks = dict(checkpoint=None, **kwargs.pop('default_hooks', {}))
    if 'checkpoint' in kwargs:
        default_hooks['checkpoint'] = kwargs.pop('checkpoint')
    return Runner(
        model=Line() if model is None else model,
        work_dir=str(folder),
        train_dataloader=dict(
            dataset=kwargs.pop('data', None) or Pictures(n),
            sampler=dict(type='DefaultSampler', shuffle=True),
            batch_size=batch_size,
            num_workers=kwargs.pop('num_workers', 0),
        ),
        train_cfg=dict(by_epoch=True, max_epochs=epochs),
        optim_wrapper=optim,
        custom_hooks=list(hooks),
        default_hooks=default_hooks,
        randomness=dict(seed=0),
        default_scope='mmpretrain',
        experiment_name=uuid4().hex,
        log_level='WARNING',
        **kwargs,
    )
