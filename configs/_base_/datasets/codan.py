# CODaN: 10 classes, day images to train on, day and night ones to test on (tools/prepare/codan.py)
_base_ = ['../wiid_cls.py', '../loaders.py']
data_root = 'data/codan/'
classes = ('Bicycle', 'Boat', 'Bottle', 'Bus', 'Car', 'Cat', 'Chair', 'Cup', 'Dog', 'Motorbike')
data_preprocessor = dict(
    type='ClsDataPreprocessor',
    num_classes=len(classes),
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    to_rgb=True,
)
folder = dict(type='wiid_plugins.ClassFolder', metainfo=dict(classes=classes))
load = dict(type='wiid_plugins.LoadImage')
pack = dict(type='PackInputs', meta_keys=('sample_idx', 'img_path'))
train_pipeline = [
    load,
    dict(type='RandomResizedCrop', scale=224, crop_ratio_range=(0.5, 1.0)),
    dict(type='RandomFlip', prob=0.5, direction='horizontal'),
    dict(type='ColorJitter', brightness=0.4, contrast=0.4, saturation=0.4, backend='cv2'),
    pack,
]
test_pipeline = [
    load,
    dict(type='ResizeEdge', scale=256, edge='short'),
    dict(type='CenterCrop', crop_size=224),
    pack,
]
train_dataloader = dict(
    batch_size=32,
    num_workers=4,
    dataset=dict(**folder, data_prefix=data_root + 'train', pipeline=train_pipeline),
)
test_dataloader = dict(
    batch_size=64,
    num_workers=4,
    dataset=dict(
        **folder, data_prefix=data_root + 'test_day', test_mode=True, pipeline=test_pipeline
    ),
)
# Day images alone validate; their night is made, with the same draw for every model.
val_dataloader = {
    **test_dataloader,
    'dataset': {**test_dataloader['dataset'], 'data_prefix': data_root + 'val'},
}
val_evaluator = test_evaluator = dict(type='Accuracy')
val_cfg = test_cfg = dict()
wiid = dict(
    # Your own unlabelled night images, any tree of files. CODaN's test_night would be transductive.
    dark='data/unlabelled_dark',
    night=dict(data_prefix=data_root + 'test_night'),
)
