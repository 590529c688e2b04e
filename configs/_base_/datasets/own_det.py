# COCO annotation files; configs/own/det.py says where and how large.
_base_ = ['../wiid_det.py', '../loaders.py']
load = dict(type='wiid_plugins.LoadImage')
annotations = dict(type='LoadAnnotations', with_bbox=True)
pack = dict(type='PackDetInputs')
train_dataloader = dict(
    batch_size=8,
    num_workers=4,
    dataset=dict(
        type='CocoDataset',
        filter_cfg=dict(filter_empty_gt=True, min_size=32),
        pipeline=[
            load,
            annotations,
            dict(type='RandomResize', scale='square', ratio_range=(0.5, 1.5), keep_ratio=True),
            dict(type='RandomCrop', crop_size='square'),
            dict(type='RandomFlip', prob=0.5),
            pack,
        ],
    ),
)
val_dataloader = test_dataloader = dict(
    batch_size=8,
    num_workers=4,
    dataset=dict(
        type='CocoDataset',
        test_mode=True,
        pipeline=[load, dict(type='Resize', scale='square', keep_ratio=True), annotations, pack],
    ),
)
val_evaluator = test_evaluator = dict(type='CocoMetric', ann_file='', metric='bbox', classwise=True)
