# Dark clips only, 6 actions (lists `path label`): enhanced training clips stand in as day, raw ones are
# the night. 8 frames over 32, 112 px.
_base_ = ['../wiid_act.py', '../loaders.py']
data_root = 'data/arid_dark/'
read = [
    dict(type='wiid_plugins.OpenClip'),
    dict(type='SampleFrames', clip_len=8, frame_interval=4, num_clips=1),
    dict(type='wiid_plugins.DecodeClip'),
    dict(type='Resize', scale=(-1, 128)),
]
crop = [dict(type='RandomCrop', size=112), dict(type='Flip', flip_ratio=0.5)]
pack = [dict(type='FormatShape', input_format='NCTHW'), dict(type='PackActionInputs')]
enhance = [dict(type='wiid_plugins.Enhance', key='imgs')]
clips = dict(
    type='wiid_plugins.ClipList',
    data_prefix=dict(video=data_root),
    metainfo=dict(classes=('Jump', 'Run', 'Sit', 'Stand', 'Turn', 'Walk')),
)
train_dataloader = dict(
    batch_size=8,
    num_workers=2,
    dataset=dict(**clips, ann_file=data_root + 'train.txt', pipeline=read + enhance + crop + pack),
)
test_read = [{**step, 'test_mode': True} if 'clip_len' in step else step for step in read]
val_dataloader = test_dataloader = dict(
    batch_size=8,
    num_workers=2,
    dataset=dict(
        **clips,
        ann_file=data_root + 'val.txt',
        test_mode=True,
        pipeline=[*test_read, dict(type='CenterCrop', crop_size=112), *pack],
    ),
)
val_evaluator = test_evaluator = dict(type='wiid_plugins.DayNightMetric')
val_cfg = test_cfg = dict()
# Of the labels of the unlabelled list, the training list itself, none is used.
wiid = dict(day=None, night=dict(), val=dict(day=None, night=dict()), dark=data_root + 'train.txt')
