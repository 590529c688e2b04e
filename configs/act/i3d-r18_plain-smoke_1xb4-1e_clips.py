# Does everything run? A narrow I3D from scratch for one epoch; learns nothing.
_base_ = [
    'mmaction::_base_/models/i3d_r50.py',
    '../_base_/datasets/clips_act.py',
    '../_base_/schedules/sgd_act_30e.py',
    '../_base_/runtime_act.py',
]
model = dict(
    backbone=dict(
        depth=18, pretrained=None, base_channels=8, conv1_kernel=(3, 7, 7), inflate=(1, 1, 1, 1)
    ),
    cls_head=dict(num_classes=11, in_channels=64, topk=(1,)),
)
param_scheduler = None
train_cfg = dict(max_epochs=1)
wiid = dict(paired=False)
