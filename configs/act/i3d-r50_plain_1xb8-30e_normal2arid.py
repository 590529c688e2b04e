# I3D ResNet-50 from ImageNet weights on normal-light clips: the baseline.
_base_ = [
    'mmaction::_base_/models/i3d_r50.py',
    '../_base_/datasets/arid_act.py',
    '../_base_/schedules/sgd_act_30e.py',
    '../_base_/runtime_act.py',
]
model = dict(cls_head=dict(num_classes=11))
wiid = dict(paired=False)
