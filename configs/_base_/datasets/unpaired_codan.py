# CODaN's day pictures and your own unlabelled night pictures, enhanced: any tree of files, or a list
# (ann_file, one path a line relative to data_prefix). CODaN's test_night would be transductive.
load = [
    dict(type='wiid_plugins.LoadImage'),
    dict(type='Resize', scale=(286, 286), interpolation='bicubic'),
]
crop = [
    dict(type='RandomCrop', crop_size=256),
    dict(type='RandomFlip', prob=0.5, direction='horizontal'),
    dict(type='PackInputs'),
]
train_dataloader = dict(
    batch_size=1,
    num_workers=4,
    persistent_workers=False,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='wiid_plugins.WithDark',
        dataset=dict(
            type='wiid_plugins.ClassFolder',
            data_prefix='data/codan/train',
            with_label=False,
            pipeline=load + crop,
        ),
        dark=dict(
            type='wiid_plugins.ClassFolder',
            data_prefix='data/unlabelled_dark',
            with_label=False,
            pipeline=load + [dict(type='wiid_plugins.Enhance')] + crop,
        ),
    ),
)
