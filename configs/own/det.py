# Your own images with boxes: COCO annotation files. README.md leads through it.
_base_ = [
    'mmdet::_base_/models/retinanet_r50_fpn.py',
    '../_base_/datasets/own_det.py',
    '../_base_/schedules/sgd_own.py',
    '../_base_/runtime_det.py',
]
day = 'data/own/day.json'  # labelled, to train on
dark = night = test = None  # unlabelled by night; labelled by night and by day, to test on
size = 640  # px
classes = None  # those to detect; None: all categories of the file
model = dict(backbone=dict(init_cfg=None))  # all weights come from load_from
load_from = (
    'https://download.openmmlab.com/mmdetection/v2.0/retinanet/retinanet_r50_fpn_1x_coco/'
    'retinanet_r50_fpn_1x_coco_20200130-c2398f9e.pth'
)
