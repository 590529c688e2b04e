# R(2+1)D-34 from Kinetics weights on normal-light clips: the baseline.
_base_ = [
    'mmaction::_base_/models/r2plus1d_r34.py',
    '../_base_/datasets/arid_act.py',
    '../_base_/schedules/sgd_act_30e.py',
    '../_base_/runtime_act.py',
]
model = dict(
    backbone=dict(norm_cfg=dict(type='BN3d')),  # one GPU
    cls_head=dict(num_classes=11),
)
load_from = (
    'https://download.openmmlab.com/mmaction/v1.0/recognition/r2plus1d/'
    'r2plus1d_r34_8xb8-8x8x1-180e_kinetics400-rgb/'
    'r2plus1d_r34_8xb8-8x8x1-180e_kinetics400-rgb_20220812-47cfe041.pth'
)
wiid = dict(paired=False)
