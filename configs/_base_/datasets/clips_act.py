# Clips of any lists `path label`, 8 x 64 px: for a look whether everything runs.
_base_ = ['../wiid_act.py', '../loaders.py']
data_root = 'data/clips/'
pipeline = [
    dict(type='wiid_plugins.OpenClip'),
    dict(type='SampleFrames', clip_len=8, frame_interval=1, num_clips=1),
    dict(type='wiid_plugins.DecodeClip'),
    dict(type='Resize', scale=(64, 64), keep_ratio=False),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
clips = dict(type='wiid_plugins.ClipList', data_prefix=dict(video=data_root), pipeline=pipeline)
train_dataloader = dict(
    batch_size=4,
    num_workers=0,
    dataset=dict(**clips, ann_file=data_root + 'train.txt'),
)
val_dataloader, test_dataloader = (
    dict(
        batch_size=4,
        num_workers=0,
        dataset=dict(**clips, ann_file=data_root + split, test_mode=True),
    )
    for split in ('val.txt', 'test.txt')
)
val_evaluator = test_evaluator = dict(type='wiid_plugins.DayNightMetric')
val_cfg = test_cfg = dict()
wiid = dict(day=None, night=dict(), dark=data_root + 'dark.txt')
