# Traffic signs: bright training photos and enhanced dark ones without labels, 48 px.
_base_ = './unpaired_codan.py'
load = [dict(type='wiid_plugins.LoadImage'), dict(type='Resize', scale=(54, 54))]
crop = [dict(type='RandomCrop', crop_size=48), dict(type='PackInputs')]  # no flip: arrows point
enhance = [dict(type='wiid_plugins.Enhance', target=0.2)]  # as gtsrb.py
train_dataloader = dict(
    batch_size=8,
    num_workers=1,
    dataset=dict(
        dataset=dict(data_prefix='data/gtsrb_daynight/train', pipeline=load + crop),
        dark=dict(
            data_prefix='data/gtsrb_daynight/unlabelled_dark', pipeline=load + enhance + crop
        ),
    ),
)
