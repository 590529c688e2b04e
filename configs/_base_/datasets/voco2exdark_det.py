# VOC + COCO by day (tools/prepare/voco.py), ExDark by night (tools/prepare/exdark.py), 608 px.
size = (608, 608)
metainfo = dict(
    classes=(
        *('Bicycle', 'Boat', 'Bottle', 'Bus', 'Car', 'Cat'),
        *('Chair', 'Cup', 'Dog', 'Motorbike', 'People', 'Table'),
    )
)
load = [dict(type='wiid_plugins.LoadImage')]
annotations = [dict(type='LoadAnnotations', with_bbox=True)]
shapes = ('ori_shape', 'img_shape', 'scale_factor', 'flip', 'flip_direction')
meta = ('img_id', 'img_path', 'domain', *shapes)
pack = [dict(type='PackDetInputs', meta_keys=meta)]
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
resize = [dict(type='Resize', scale=size, keep_ratio=True)]
fill = [dict(type='Resize', scale=size, keep_ratio=False)]  # padding would count in pooled features
enhance = [dict(type='wiid_plugins.Enhance')]
darken = [dict(type='wiid_plugins.Darken', out='img', seed=0)]

train_set = dict(
    type='MultiImageMixDataset',
    dataset=dict(
        type='wiid_plugins.CheckedCoco',
        metainfo=metainfo,
        ann_file='data/voco/annotations/train.json',
        data_prefix=dict(img='data/voco/images/train/'),
        filter_cfg=dict(filter_empty_gt=True, min_size=32),
        pipeline=load + annotations,
    ),
    pipeline=mosaic + pack,
)
unlabelled_dark = dict(  # pictures only; ExDark's labels are not read
    type='wiid_plugins.ClassFolder',
    data_prefix='data/exdark/images/train',
    with_label=False,
    pipeline=load + fill + [dict(type='RandomFlip', prob=0.5)] + pack,
)
train_dataloader = dict(
    batch_size=8,
    num_workers=4,
    persistent_workers=False,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=train_set,
)
# The validation split is of the day; its night is made, with the same draw for every model.
domains = dict(
    val=dict(day=('voco', 'val', []), night_enhanced=('voco', 'val', darken + enhance)),
    test=dict(
        day=('voco', 'val', []),
        day_enhanced=('voco', 'val', enhance),
        night=('exdark', 'test', []),
        night_enhanced=('exdark', 'test', enhance),
    ),
)
sets = {
    job: [
        dict(
            type='wiid_plugins.CheckedCoco',
            metainfo=metainfo,
            ann_file=f'data/{name}/annotations/{split}.json',
            data_prefix=dict(img=f'data/{name}/images/{split}/'),
            test_mode=True,
            pipeline=[
                *(load + light + resize + annotations),
                dict(type='wiid_plugins.SetDomain', name=domain),
                *pack,
            ],
        )
        for domain, (name, split, light) in domains[job].items()
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
                ann_file=f'data/{name}/annotations/{split}.json',
                metric='bbox',
                classwise=True,
            )
            for name, split, _ in domains[job].values()
        ],
    )
    for job in ('val', 'test')
}
loader = dict(
    batch_size=8,
    num_workers=4,
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
    shapes,
    enhance,
    darken,
)
