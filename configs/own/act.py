# Your own clips: lists of `clip label` lines. README.md leads through it.
_base_ = [
    'mmaction::_base_/models/r2plus1d_r34.py',
    '../_base_/datasets/own_act.py',
    '../_base_/schedules/sgd_own.py',
    '../_base_/runtime_act.py',
]
day = 'data/own/day.txt'  # labelled, to train on
dark = night = test = None  # unlabelled by night; labelled by night and by day, to test on
size = 112  # px
model = dict(backbone=dict(norm_cfg=dict(type='BN3d')))  # one GPU
load_from = (
    'https://download.openmmlab.com/mmaction/v1.0/recognition/r2plus1d/'
    'r2plus1d_r34_8xb8-8x8x1-180e_kinetics400-rgb/'
    'r2plus1d_r34_8xb8-8x8x1-180e_kinetics400-rgb_20220812-47cfe041.pth'
)
