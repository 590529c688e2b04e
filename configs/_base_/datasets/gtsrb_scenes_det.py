# Composed scenes of real traffic signs (tools/prepare/gtsrb_scenes.py), 256 px.
_base_ = ['../wiid_det.py', '../loaders.py']
size = (256, 256)
metainfo = dict(classes=('prohibition', 'warning', 'mandatory', 'other'))
load = dict(type='wiid_plugins.LoadImage')
annotations = dict(type='LoadAnnotations', with_bbox=True)
pack = dict(
    type='PackDetInputs',
    meta_keys=('img_id', 'img_path', 'ori_shape', 'img_shape', 'scale_factor'),
)
mosaic = [  # no flip: arrows point
    dict(type='Mosaic', img_scale=size, pad_val=114.0),
    dict(
        type='RandomAffine',
        max_rotate_degree=0.0,
        max_shear_degree=0.0,
        scaling_ratio_range=(0.5, 1.5),
        border=(-size[0] // 2, -size[1] // 2),
    ),
    dict(type='YOLOXHSVRandomAug'),
    dict(type='FilterAnnotations', min_gt_bbox_wh=(1, 1), keep_empty=False),
]
train_dataloader = dict(
    batch_size=16,
    num_workers=2,
    dataset=dict(
        type='MultiImageMixDataset',
        dataset=dict(
            type='wiid_plugins.CheckedCoco',
            metainfo=metainfo,
            ann_file='data/gtsrb_scenes/annotations/train.json',
            data_prefix=dict(img='data/gtsrb_scenes/images/train/'),
            filter_cfg=dict(filter_empty_gt=True, min_size=32),
            pipeline=[load, annotations],
        ),
        pipeline=[*mosaic, pack],
    ),
)
test_dataloader = dict(
    batch_size=16,
    num_workers=2,
    dataset=dict(
        type='wiid_plugins.CheckedCoco',
        metainfo=metainfo,
        ann_file='data/gtsrb_scenes/annotations/test_day.json',
        data_prefix=dict(img='data/gtsrb_scenes/images/test_day/'),
        test_mode=True,
        pipeline=[load, dict(type='Resize', scale=size, keep_ratio=True), annotations, pack],
    ),
)
test_evaluator = dict(
    type='CocoMetric',
    ann_file='data/gtsrb_scenes/annotations/test_day.json',
    metric='bbox',
    classwise=True,
)
# The validation split is of the day; its night is made, with the same draw for every model.
val_split = dict(
    ann_file='data/gtsrb_scenes/annotations/val.json',
    data_prefix=dict(img='data/gtsrb_scenes/images/val/'),
)
val_dataloader = {**test_dataloader, 'dataset': {**test_dataloader['dataset'], **val_split}}
val_evaluator = {**test_evaluator, 'ann_file': val_split['ann_file']}
wiid = dict(
    dark='data/gtsrb_scenes/unlabelled_dark',
    night=dict(
        ann_file='data/gtsrb_scenes/annotations/test_night.json',
        data_prefix=dict(img='data/gtsrb_scenes/images/test_night/'),
    ),
)
