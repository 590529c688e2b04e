# Composed scenes of real traffic signs (tools/prepare/gtsrb_scenes.py), 256 px.
data_root = 'data/gtsrb_scenes/'
metainfo = dict(classes=('prohibition', 'warning', 'mandatory', 'other'))
size = (256, 256)
load = [dict(type='wiid_plugins.LoadImage')]
annotations = [dict(type='LoadAnnotations', with_bbox=True)]
meta = ('img_id', 'img_path', 'ori_shape', 'img_shape', 'scale_factor', 'domain')
pack = [dict(type='PackDetInputs', meta_keys=meta)]
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
resize = [dict(type='Resize', scale=size, keep_ratio=True)]
fill = [dict(type='Resize', scale=size, keep_ratio=False)]  # padding would count in pooled features
enhance = [dict(type='wiid_plugins.Enhance')]
darken = [dict(type='wiid_plugins.Darken', out='img', seed=0)]

train_set = dict(
    type='MultiImageMixDataset',
    dataset=dict(
        type='wiid_plugins.CheckedCoco',
        metainfo=metainfo,
        ann_file=data_root + 'annotations/train.json',
        data_prefix=dict(img=data_root + 'images/train/'),
        filter_cfg=dict(filter_empty_gt=True, min_size=32),
        pipeline=load + annotations,
    ),
    pipeline=mosaic + pack,
)
unlabelled_dark = dict(
    type='wiid_plugins.ClassFolder',
    data_prefix=data_root + 'unlabelled_dark',
    with_label=False,
    pipeline=load + fill + pack,
)
train_dataloader = dict(
    batch_size=16,
    num_workers=2,
    persistent_workers=False,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=train_set,
)
# The validation split is of the day; its night is made, with the same draw for every model.
domains = dict(
    val=dict(day=('val', []), night_enhanced=('val', darken + enhance)),
    test=dict(
        day=('test_day', []),
        day_enhanced=('test_day', enhance),
        night=('test_night', []),
        night_enhanced=('test_night', enhance),
    ),
)
sets = {
    job: [
        dict(
            type='wiid_plugins.CheckedCoco',
            metainfo=metainfo,
            ann_file=data_root + f'annotations/{split}.json',
            data_prefix=dict(img=data_root + f'images/{split}/'),
            test_mode=True,
            pipeline=[
                *(load + light + resize + annotations),
                dict(type='wiid_plugins.SetDomain', name=domain),
                *pack,
            ],
        )
        for domain, (split, light) in domains[job].items()
    ]
    for job in ('val', 'test')
}
evaluators = {
    job: dict(
        type='MultiDatasetsEvaluator',
        dataset_prefixes=list(domains[job]),
        metrics=[
            dict(
                type='CocoMetric',
                ann_file=data_root + f'annotations/{split}.json',
                metric='bbox',
                classwise=True,
            )
            for split, _ in domains[job].values()
        ],
    )
    for job in ('val', 'test')
}
loader = dict(
    batch_size=16,
    num_workers=2,
    persistent_workers=False,
    sampler=dict(type='DefaultSampler', shuffle=False),
)
val_dataloader = dict(**loader, dataset=dict(type='ConcatDataset', datasets=sets['val']))
test_dataloader = dict(**loader, dataset=dict(type='ConcatDataset', datasets=sets['test']))
val_evaluator, test_evaluator = evaluators['val'], evaluators['test']
del (
    fill,
    domains,
    sets,
    evaluators,
    loader,
    load,
    annotations,
    pack,
    mosaic,
    resize,
    enhance,
    darken,
)
