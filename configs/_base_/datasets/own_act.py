# Lists of `clip label` lines, 8 frames over 64; configs/own/act.py says where and how large.
_base_ = ['../wiid_act.py', '../loaders.py']
read = [
    dict(type='wiid_plugins.OpenClip'),
    dict(type='SampleFrames', clip_len=8, frame_interval=8, num_clips=1),
    dict(type='wiid_plugins.DecodeClip'),
    dict(type='Resize', scale='short edge'),
]
pack = [dict(type='FormatShape', input_format='NCTHW'), dict(type='PackActionInputs')]
train_dataloader = dict(
    batch_size=8,
    num_workers=4,
    dataset=dict(
        type='wiid_plugins.ClipList',
        pipeline=[
            *read,
            dict(type='RandomCrop', size='size'),
            dict(type='Flip', flip_ratio=0.5),
            *pack,
        ],
    ),
)
test_read = [{**step, 'test_mode': True} if 'clip_len' in step else step for step in read]
val_dataloader = test_dataloader = dict(
    batch_size=8,
    num_workers=4,
    dataset=dict(
        type='wiid_plugins.ClipList',
        test_mode=True,
        pipeline=[*test_read, dict(type='CenterCrop', crop_size='size'), *pack],
    ),
)
val_evaluator = test_evaluator = dict(type='wiid_plugins.DayNightMetric')
