# Folders of class folders; configs/own/cls.py says where and how large.
_base_ = ['../wiid_cls.py', '../loaders.py']
data_preprocessor = dict(
    type='ClsDataPreprocessor',
    num_classes=1000,
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    to_rgb=True,
)
load, pack = dict(type='wiid_plugins.LoadImage'), dict(type='PackInputs')
train_dataloader = dict(
    batch_size=32,
    num_workers=4,
    dataset=dict(
        type='wiid_plugins.ClassFolder',
        pipeline=[
            load,
            dict(type='RandomResizedCrop', scale='size', crop_ratio_range=(0.5, 1.0)),
            dict(type='RandomFlip', prob=0.5, direction='horizontal'),
            dict(type='ColorJitter', brightness=0.4, contrast=0.4, saturation=0.4, backend='cv2'),
            pack,
        ],
    ),
)
val_dataloader = test_dataloader = dict(
    batch_size=64,
    num_workers=4,
    dataset=dict(
        type='wiid_plugins.ClassFolder',
        test_mode=True,
        pipeline=[
            load,
            dict(type='ResizeEdge', scale='edge', edge='short'),
            dict(type='CenterCrop', crop_size='size'),
            pack,
        ],
    ),
)
val_evaluator = test_evaluator = dict(type='Accuracy')
