# Eight shapes in daylight and, otherwise darkened than in training, at night (tools/prepare/demo.py).
data_root = 'data/demo/'
size = 48
data_preprocessor = dict(
    type='ClsDataPreprocessor',
    num_classes=8,
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    to_rgb=True,
)
keys = ('sample_idx', 'img_path', 'domain')
train_pipeline = [
    dict(type='wiid_plugins.LoadImage'),
    dict(type='RandomResizedCrop', scale=size, crop_ratio_range=(0.8, 1.0)),
    dict(type='RandomFlip', prob=0.5, direction='horizontal'),
    dict(type='PackInputs', meta_keys=keys),
]
load = [dict(type='wiid_plugins.LoadImage')]
pack = [dict(type='PackInputs', meta_keys=keys)]
enhance = [dict(type='wiid_plugins.Enhance')]
domains = dict(
    day=('day', []),
    day_enhanced=('day', enhance),
    night=('night', []),
    night_enhanced=('night', enhance),
)
train_set = dict(
    type='wiid_plugins.ClassFolder', data_prefix=data_root + 'train', pipeline=train_pipeline
)
unlabelled_dark = dict(
    type='wiid_plugins.ClassFolder',
    data_prefix=data_root + 'unlabelled_dark',
    with_label=False,
    pipeline=train_pipeline,
)
train_dataloader = dict(
    batch_size=32,
    num_workers=0,
    persistent_workers=False,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=train_set,
)
test_sets = {
    split: [
        dict(
            type='wiid_plugins.ClassFolder',
            data_prefix=f'{data_root}{split}_{folder}',
            test_mode=True,
            pipeline=load + light + [dict(type='wiid_plugins.SetDomain', name=name)] + pack,
        )
        for name, (folder, light) in domains.items()
    ]
    for split in ('val', 'test')
}
loader = dict(
    batch_size=128,
    num_workers=0,
    persistent_workers=False,
    sampler=dict(type='DefaultSampler', shuffle=False),
)
val_dataloader = dict(**loader, dataset=dict(type='ConcatDataset', datasets=test_sets['val']))
test_dataloader = dict(**loader, dataset=dict(type='ConcatDataset', datasets=test_sets['test']))
val_evaluator = test_evaluator = dict(type='wiid_plugins.DayNightMetric')
val_cfg = test_cfg = dict()
