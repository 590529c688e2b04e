# Normal-light clips to train on, ARID split 1 to test on (tools/prepare/arid.py), 16 x 224 px.
_base_ = ['../wiid_act.py', '../loaders.py']
data_root = 'data/arid/'
classes = (
    *('Drink', 'Jump', 'Pick', 'Pour', 'Push', 'Run', 'Sit', 'Stand', 'Turn', 'Walk', 'Wave'),
)
frames = dict(type='SampleFrames', clip_len=16, frame_interval=2, num_clips=1)
pack = [dict(type='FormatShape', input_format='NCTHW'), dict(type='PackActionInputs')]
clips = dict(
    type='wiid_plugins.ClipList', data_prefix=dict(video=data_root), metainfo=dict(classes=classes)
)
train_dataloader = dict(
    batch_size=8,
    num_workers=4,
    dataset=dict(
        **clips,
        ann_file=data_root + 'normal_light_train.txt',
        pipeline=[
            dict(type='wiid_plugins.OpenClip'),
            frames,
            dict(type='wiid_plugins.DecodeClip'),
            dict(type='Resize', scale=(-1, 256)),
            dict(type='MultiScaleCrop', input_size=224, scales=(1, 0.875, 0.75), random_crop=False),
            dict(type='Resize', scale=(224, 224), keep_ratio=False),
            dict(type='Flip', flip_ratio=0.5),
            *pack,
        ],
    ),
)
test_dataloader = dict(
    batch_size=8,
    num_workers=4,
    dataset=dict(
        **clips,
        ann_file=data_root + 'arid_split1_test.txt',
        test_mode=True,
        pipeline=[
            dict(type='wiid_plugins.OpenClip'),
            {**frames, 'test_mode': True},
            dict(type='wiid_plugins.DecodeClip'),
            dict(type='Resize', scale=(-1, 256)),
            dict(type='CenterCrop', crop_size=224),
            *pack,
        ],
    ),
)
test_evaluator = dict(type='wiid_plugins.DayNightMetric')
test_cfg = dict()
# No normal-light list to validate on is published: no epoch is picked, the last one counts.
val_dataloader = val_evaluator = val_cfg = None
# All of the test is night. Of the labels of the unlabelled list none is used.
wiid = dict(day=None, night=dict(), dark=data_root + 'arid_split1_train.txt')
