# Your own images: folders of class folders. README.md leads through it.
_base_ = [
    'mmpretrain::_base_/models/resnet18.py',
    '../_base_/datasets/own_cls.py',
    '../_base_/schedules/sgd_own.py',
    '../_base_/runtime_cls.py',
]
day = 'data/own/day'  # labelled, to train on
dark = night = test = None  # unlabelled by night; labelled by night and by day, to test on
size = 224  # px
load_from = (
    'https://download.openmmlab.com/mmclassification/v0/resnet/'
    'resnet18_8xb32_in1k_20210831-fbbb1da6.pth'
)
