# A narrow ResNet-18 on the toy day set: the baseline of `make demo`.
_base_ = [
    'mmpretrain::_base_/models/resnet18.py',
    '../_base_/datasets/demo.py',
    '../_base_/schedules/sgd_6e.py',
    '../_base_/runtime.py',
]
model = dict(
    backbone=dict(stem_channels=16, base_channels=16),
    head=dict(num_classes=8, in_channels=128, topk=(1,)),
)
max_epochs = 30
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, end=1, convert_to_iter_based=True),
    dict(type='CosineAnnealingLR', begin=1, end=30, T_max=29, convert_to_iter_based=True),
]
train_cfg = dict(max_epochs=max_epochs, val_interval=max_epochs)
