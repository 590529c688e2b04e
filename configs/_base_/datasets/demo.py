# Eight shapes in daylight and, otherwise darkened than in training, at night (tools/prepare/demo.py).
_base_ = ['../wiid_cls.py', '../loaders.py']
data_root = 'data/demo/'
data_preprocessor = dict(
    type='ClsDataPreprocessor',
    num_classes=8,
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    to_rgb=True,
)
load = dict(type='wiid_plugins.LoadImage')
pack = dict(type='PackInputs', meta_keys=('sample_idx', 'img_path'))
train_dataloader = dict(
    batch_size=32,
    num_workers=0,
    dataset=dict(
        type='wiid_plugins.ClassFolder',
        data_prefix=data_root + 'train',
        pipeline=[
            load,
            dict(type='RandomResizedCrop', scale=48, crop_ratio_range=(0.8, 1.0)),
            dict(type='RandomFlip', prob=0.5, direction='horizontal'),
            pack,
        ],
    ),
)
test_dataloader = dict(
    batch_size=128,
    num_workers=0,
    dataset=dict(
        type='wiid_plugins.ClassFolder',
        data_prefix=data_root + 'test_day',
        test_mode=True,
        pipeline=[load, pack],
    ),
)
val_dataloader = test_dataloader
val_evaluator = test_evaluator = dict(type='Accuracy')
val_cfg = test_cfg = dict()
wiid = dict(
    dark=data_root + 'unlabelled_dark',
    night=dict(data_prefix=data_root + 'test_night'),
    val=dict(
        day=dict(data_prefix=data_root + 'val_day'),
        night=dict(data_prefix=data_root + 'val_night'),
    ),
)
