# 3D ResNet-18 from scratch on a few enhanced dark clips: the baseline. Validates once, at its end.
_base_ = [
    'mmaction::_base_/models/i3d_r50.py',
    '../_base_/datasets/arid_dark_act.py',
    '../_base_/schedules/sgd_act_30e.py',
    '../_base_/runtime_act.py',
]
model = dict(
    backbone=dict(
        depth=18,
        pretrained=None,
        pretrained2d=False,
        conv1_kernel=(3, 7, 7),
        conv1_stride_t=1,
        pool1_stride_t=1,
        with_pool2=False,
        temporal_strides=(1, 2, 2, 2),
        inflate=(1, 1, 1, 1),
    ),
    cls_head=dict(num_classes=6, in_channels=512),
)
optim_wrapper = dict(
    optimizer=dict(_delete_=True, type='AdamW', lr=3e-4, weight_decay=0.05)  # from scratch
)
param_scheduler = [_base_.param_scheduler[0], {**_base_.param_scheduler[1], 'end': 10, 'T_max': 9}]
train_cfg = dict(max_epochs=10, val_interval=10)
wiid = dict(paired=False)
