# Dark clips only, 6 actions (lists `path label`): enhanced training clips stand in as day, raw ones are
# the night. 8 frames over 32, 112 px.
data_root = 'data/arid_dark/'
frames = [
    dict(type='DecordInit'),
    dict(type='SampleFrames', clip_len=8, frame_interval=4, num_clips=1),
    dict(type='DecordDecode'),
    dict(type='Resize', scale=(-1, 128)),
]
crop = [dict(type='RandomCrop', size=112), dict(type='Flip', flip_ratio=0.5)]
pack = [
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs', meta_keys=('img_shape', 'filename', 'domain')),
]
enhance = [dict(type='wiid_plugins.Enhance', key='imgs')]
clips = dict(
    type='wiid_plugins.ClipList',
    data_prefix=dict(video=data_root),
    metainfo=dict(classes=('Jump', 'Run', 'Sit', 'Stand', 'Turn', 'Walk')),
)
train_list = dict(**clips, ann_file=data_root + 'train.txt')
train_set = dict(**train_list, pipeline=frames + enhance + crop + pack)
unlabelled_dark = dict(**train_list, pipeline=frames + crop + pack)  # of its labels none is used
train_dataloader = dict(
    batch_size=8,
    num_workers=2,
    persistent_workers=False,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=train_set,
)
test_frames = [{**step, 'test_mode': True} if 'clip_len' in step else step for step in frames]
test_frames.append(dict(type='CenterCrop', crop_size=112))
val_dataloader = test_dataloader = dict(
    batch_size=8,
    num_workers=2,
    persistent_workers=False,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='ConcatDataset',
        datasets=[
            dict(
                **clips,
                ann_file=data_root + 'val.txt',
                test_mode=True,
                pipeline=test_frames
                + light
                + [dict(type='wiid_plugins.SetDomain', name=name)]
                + pack,
            )
            for name, light in dict(night=[], night_enhanced=enhance).items()
        ],
    ),
)
val_evaluator = test_evaluator = dict(type='wiid_plugins.DayNightMetric')
val_cfg = test_cfg = dict()
