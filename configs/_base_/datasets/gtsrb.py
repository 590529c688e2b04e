# German traffic signs: bright photos to train on, really dark ones to test on
# (tools/prepare/gtsrb_daynight.py).
data_root = 'data/gtsrb_daynight/'
num_classes = 21
size = 48
data_preprocessor = dict(
    type='ClsDataPreprocessor',
    num_classes=num_classes,
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    to_rgb=True,
)
keys = ('sample_idx', 'img_path', 'domain')
crop = dict(  # no flip: arrows point
    type='RandomResizedCrop',
    scale=size,
    crop_ratio_range=(0.8, 1.0),
    aspect_ratio_range=(0.9, 1.1),
)
train_pipeline = [
    dict(type='wiid_plugins.LoadImage'),
    crop,
    dict(type='ColorJitter', brightness=0.4, contrast=0.4, saturation=0.4, backend='cv2'),
    dict(type='PackInputs', meta_keys=keys),
]
dark_pipeline = [
    dict(type='wiid_plugins.LoadImage'),
    crop,
    dict(type='PackInputs', meta_keys=keys),
]
load = [dict(type='wiid_plugins.LoadImage'), dict(type='Resize', scale=(size, size))]
pack = [dict(type='PackInputs', meta_keys=keys)]
# A day-trained model is surest of the unlabelled dark photos at this brightness (compare_light.py
# --checkpoint): a sign is lighter than its ground, and brighter its digits wash out.
curve = dict(target=0.2)
enhance = [dict(type='wiid_plugins.Enhance', **curve)]
domains = dict(
    day=('test_day', []),
    day_enhanced=('test_day', enhance),
    night=('test_night', []),
    night_enhanced=('test_night', enhance),
)

train_set = dict(
    type='wiid_plugins.ClassFolder', data_prefix=data_root + 'train', pipeline=train_pipeline
)
unlabelled_dark = dict(
    type='wiid_plugins.ClassFolder',
    data_prefix=data_root + 'unlabelled_dark',
    with_label=False,
    pipeline=dark_pipeline,
)
train_dataloader = dict(
    batch_size=32,
    num_workers=2,
    persistent_workers=False,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=train_set,
)
test_dataloader = dict(
    batch_size=128,
    num_workers=2,
    persistent_workers=False,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='ConcatDataset',
        datasets=[
            dict(
                type='wiid_plugins.ClassFolder',
                data_prefix=data_root + folder,
                test_mode=True,
                pipeline=load + light + [dict(type='wiid_plugins.SetDomain', name=name)] + pack,
            )
            for name, (folder, light) in domains.items()
        ],
    ),
)
test_evaluator = dict(type='wiid_plugins.DayNightMetric')
test_cfg = dict()
# No dark photo here has a label that is not for the test: validation only watches, it selects nothing.
val_dataloader = test_dataloader
val_evaluator = test_evaluator
val_cfg = dict()
