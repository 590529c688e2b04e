# CODaN: 10 classes, day pictures to train on, day and night ones to test on (tools/prepare/codan.py)
data_root = 'data/codan/'
classes = ('Bicycle', 'Boat', 'Bottle', 'Bus', 'Car', 'Cat', 'Chair', 'Cup', 'Dog', 'Motorbike')
data_preprocessor = dict(
    type='ClsDataPreprocessor',
    num_classes=len(classes),
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    to_rgb=True,
)
keys = ('sample_idx', 'img_path', 'domain')
geometry = [
    dict(type='RandomResizedCrop', scale=224, crop_ratio_range=(0.5, 1.0)),
    dict(type='RandomFlip', prob=0.5, direction='horizontal'),
]
pack = [dict(type='PackInputs', meta_keys=keys)]
train_pipeline = [
    dict(type='wiid_plugins.LoadImage'),
    *geometry,
    dict(type='ColorJitter', brightness=0.4, contrast=0.4, saturation=0.4, backend='cv2'),
    *pack,
]
dark_pipeline = [dict(type='wiid_plugins.LoadImage'), *geometry, *pack]
load = [
    dict(type='wiid_plugins.LoadImage'),
    dict(type='ResizeEdge', scale=256, edge='short'),
    dict(type='CenterCrop', crop_size=224),
]
darken = [dict(type='wiid_plugins.Darken', out='img', seed=0)]
enhance = [dict(type='wiid_plugins.Enhance')]
# The validation split has day pictures only: its night is made, with the same draw for every model.
val_domains = dict(day=('val', []), night_enhanced=('val', darken + enhance))
test_domains = dict(
    day=('test_day', []),
    day_enhanced=('test_day', enhance),
    night=('test_night', []),
    night_enhanced=('test_night', enhance),
)
train_set = dict(
    type='wiid_plugins.ClassFolder',
    data_prefix=data_root + 'train',
    metainfo=dict(classes=classes),
    pipeline=train_pipeline,
)
# Your own unlabelled night pictures, any tree of files. CODaN's test_night would be transductive.
unlabelled_dark = dict(
    type='wiid_plugins.ClassFolder',
    data_prefix='data/unlabelled_dark',
    with_label=False,
    pipeline=dark_pipeline,
)
train_dataloader = dict(
    batch_size=32,
    num_workers=4,
    persistent_workers=False,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=train_set,
)
test_sets = {
    split: [
        dict(
            type='wiid_plugins.ClassFolder',
            data_prefix=data_root + folder,
            metainfo=dict(classes=classes),
            test_mode=True,
            pipeline=load + light + [dict(type='wiid_plugins.SetDomain', name=name)] + pack,
        )
        for name, (folder, light) in domains.items()
    ]
    for split, domains in dict(val=val_domains, test=test_domains).items()
}
loader = dict(
    batch_size=64,
    num_workers=4,
    persistent_workers=False,
    sampler=dict(type='DefaultSampler', shuffle=False),
)
val_dataloader = dict(**loader, dataset=dict(type='ConcatDataset', datasets=test_sets['val']))
test_dataloader = dict(**loader, dataset=dict(type='ConcatDataset', datasets=test_sets['test']))
val_evaluator = test_evaluator = dict(type='wiid_plugins.DayNightMetric')
val_cfg = test_cfg = dict()
