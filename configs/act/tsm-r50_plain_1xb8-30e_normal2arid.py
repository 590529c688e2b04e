# TSM ResNet-50, a 2D recognizer of 8 segments, from ImageNet weights: the baseline.
_base_ = [
    'mmaction::_base_/models/tsm_r50.py',
    '../_base_/datasets/arid_segments_act.py',
    '../_base_/schedules/sgd_act_30e.py',
    '../_base_/runtime_act.py',
]
model = dict(cls_head=dict(num_classes=11))
wiid = dict(paired=False)
