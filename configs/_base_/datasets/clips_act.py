# Clips of any lists `path label`, 8 x 64 px: for a look whether everything runs.
data_root = 'data/clips/'
frames = [
    dict(type='DecordInit'),
    dict(type='SampleFrames', clip_len=8, frame_interval=1, num_clips=1),
    dict(type='DecordDecode'),
    dict(type='Resize', scale=(64, 64), keep_ratio=False),
]
pack = [
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs', meta_keys=('img_shape', 'filename', 'domain')),
]
darken = [dict(type='wiid_plugins.Darken', out='imgs', seed=0)]
enhance = [dict(type='wiid_plugins.Enhance', key='imgs')]
domains = dict(
    val=dict(day=[], night_enhanced=darken + enhance),
    test=dict(night=[], night_enhanced=enhance),
)
clips = dict(type='wiid_plugins.ClipList', data_prefix=dict(video=data_root))
train_set = dict(**clips, ann_file=data_root + 'train.txt', pipeline=frames + pack)
unlabelled_dark = dict(**clips, ann_file=data_root + 'dark.txt', pipeline=frames + pack)
train_dataloader = dict(
    batch_size=4,
    num_workers=0,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=train_set,
)
sets = {
    split: [
        dict(
            **clips,
            ann_file=f'{data_root}{split}.txt',
            test_mode=True,
            pipeline=frames + light + [dict(type='wiid_plugins.SetDomain', name=name)] + pack,
        )
        for name, light in lights.items()
    ]
    for split, lights in domains.items()
}
loader = dict(batch_size=4, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=False))
val_dataloader = dict(**loader, dataset=dict(type='ConcatDataset', datasets=sets['val']))
test_dataloader = dict(**loader, dataset=dict(type='ConcatDataset', datasets=sets['test']))
val_evaluator = test_evaluator = dict(type='wiid_plugins.DayNightMetric')
val_cfg = test_cfg = dict()
del domains, sets, loader, darken, enhance, frames, pack
