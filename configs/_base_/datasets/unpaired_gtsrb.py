# Traffic signs: bright training photos and enhanced dark ones without labels, 48 px.
load = [dict(type='wiid_plugins.LoadImage'), dict(type='Resize', scale=(54, 54))]
crop = [dict(type='RandomCrop', crop_size=48), dict(type='PackInputs')]  # no flip: arrows point
train_dataloader = dict(
    batch_size=8,
    num_workers=1,
    persistent_workers=False,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='wiid_plugins.WithDark',
        dataset=dict(
            type='wiid_plugins.ClassFolder',
            data_prefix='data/gtsrb_daynight/train',
            with_label=False,
            pipeline=load + crop,
        ),
        dark=dict(
            type='wiid_plugins.ClassFolder',
            data_prefix='data/gtsrb_daynight/unlabelled_dark',
            with_label=False,
            pipeline=load + [dict(type='wiid_plugins.Enhance', target=0.2)] + crop,  # as gtsrb.py
        ),
    ),
)
