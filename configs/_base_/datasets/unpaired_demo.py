# The toy's day pictures and its enhanced unlabelled night ones (tools/prepare/demo.py).
_base_ = './unpaired_gtsrb.py'
train_dataloader = dict(
    num_workers=0,
    dataset=dict(
        dataset=dict(data_prefix='data/demo/train'),
        dark=dict(
            data_prefix='data/demo/unlabelled_dark',
            pipeline=_base_.load + [dict(type='wiid_plugins.Enhance')] + _base_.crop,
        ),
    ),
)
