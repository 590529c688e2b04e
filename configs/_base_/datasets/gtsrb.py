# German traffic signs: bright photos to train on, really dark ones to test on
# (tools/prepare/gtsrb_daynight.py).
_base_ = ['../wiid_cls.py', '../loaders.py']
data_root = 'data/gtsrb_daynight/'
data_preprocessor = dict(
    type='ClsDataPreprocessor',
    num_classes=21,
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    to_rgb=True,
)
folder = dict(type='wiid_plugins.ClassFolder')
load = dict(type='wiid_plugins.LoadImage')
pack = dict(type='PackInputs', meta_keys=('sample_idx', 'img_path'))
train_pipeline = [  # no flip: arrows point
    load,
    dict(
        type='RandomResizedCrop',
        scale=48,
        crop_ratio_range=(0.8, 1.0),
        aspect_ratio_range=(0.9, 1.1),
    ),
    dict(type='ColorJitter', brightness=0.4, contrast=0.4, saturation=0.4, backend='cv2'),
    pack,
]
test_pipeline = [load, dict(type='Resize', scale=(48, 48)), pack]
train_dataloader = dict(
    batch_size=32,
    num_workers=2,
    dataset=dict(**folder, data_prefix=data_root + 'train', pipeline=train_pipeline),
)
val_dataloader = test_dataloader = dict(
    batch_size=128,
    num_workers=2,
    dataset=dict(
        **folder, data_prefix=data_root + 'test_day', test_mode=True, pipeline=test_pipeline
    ),
)
val_evaluator = test_evaluator = dict(type='Accuracy')
val_cfg = test_cfg = dict()
at_night = dict(data_prefix=data_root + 'test_night')
wiid = dict(
    dark=data_root + 'unlabelled_dark',
    night=at_night,
    # No dark photo has a label that is not for the test: validation watches, it selects nothing.
    val=dict(night=at_night),
    darken=dict(  # as in the unlabelled dark photos: blue, hazy, little noise (compare_light.py)
        exposure=(0.03, 0.12),
        shot_noise=(1e-6, 1e-4),
        veil=(0.0, 0.5),
        red=(0.8, 1.2),
        blue=(1.1, 1.6),
    ),
    # A day-trained model is surest of the unlabelled dark photos at this brightness (compare_light.py
    # --checkpoint): a sign is lighter than its ground, and brighter its digits wash out.
    enhance=dict(target=0.2),
)
