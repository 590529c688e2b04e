# VOC's and COCO's day pictures (tools/prepare/voco.py) and those of ExDark's training split
# (tools/prepare/exdark.py), enhanced. No label is read.
_base_ = './unpaired_codan.py'
train_dataloader = dict(
    dataset=dict(
        dataset=dict(data_prefix='data/voco/images/train'),
        dark=dict(data_prefix='data/exdark/images/train'),
    )
)
