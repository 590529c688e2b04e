# VOC + COCO by day (tools/prepare/voco.py), ExDark by night (tools/prepare/exdark.py), 608 px. The
# validation split is of the day, and so is the test by day; the night to validate on is made.
_base_ = ['../wiid_det.py', '../loaders.py']
size = (608, 608)
metainfo = dict(
    classes=(
        *('Bicycle', 'Boat', 'Bottle', 'Bus', 'Car', 'Cat'),
        *('Chair', 'Cup', 'Dog', 'Motorbike', 'People', 'Table'),
    )
)
load = dict(type='wiid_plugins.LoadImage')
annotations = dict(type='LoadAnnotations', with_bbox=True)
pack = dict(
    type='PackDetInputs',
    meta_keys=(
        *('img_id', 'img_path', 'ori_shape', 'img_shape', 'scale_factor'),
        *('flip', 'flip_direction'),
    ),
)
mosaic = [
    dict(type='Mosaic', img_scale=size, pad_val=114.0),
    dict(
        type='RandomAffine',
        max_rotate_degree=0.0,
        max_shear_degree=0.0,
        scaling_ratio_range=(0.5, 1.5),
        border=(-size[0] // 2, -size[1] // 2),
    ),
    dict(type='YOLOXHSVRandomAug'),
    dict(type='RandomFlip', prob=0.5),
    dict(type='FilterAnnotations', min_gt_bbox_wh=(1, 1), keep_empty=False),
]
train_dataloader = dict(
    batch_size=8,
    num_workers=4,
    dataset=dict(
        type='MultiImageMixDataset',
        dataset=dict(
            type='wiid_plugins.CheckedCoco',
            metainfo=metainfo,
            ann_file='data/voco/annotations/train.json',
            data_prefix=dict(img='data/voco/images/train/'),
            filter_cfg=dict(filter_empty_gt=True, min_size=32),
            pipeline=[load, annotations],
        ),
        pipeline=[*mosaic, pack],
    ),
)
test_dataloader = dict(
    batch_size=8,
    num_workers=4,
    dataset=dict(
        type='wiid_plugins.CheckedCoco',
        metainfo=metainfo,
        ann_file='data/voco/annotations/val.json',
        data_prefix=dict(img='data/voco/images/val/'),
        test_mode=True,
        pipeline=[load, dict(type='Resize', scale=size, keep_ratio=True), annotations, pack],
    ),
)
test_evaluator = dict(
    type='CocoMetric',
    ann_file='data/voco/annotations/val.json',
    metric='bbox',
    classwise=True,
)
val_dataloader, val_evaluator = test_dataloader, test_evaluator
wiid = dict(
    dark='data/exdark/images/train',
    night=dict(
        ann_file='data/exdark/annotations/test.json',
        data_prefix=dict(img='data/exdark/images/test/'),
    ),
)
