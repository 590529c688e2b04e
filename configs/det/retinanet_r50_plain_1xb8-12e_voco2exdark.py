# RetinaNet from COCO weights on day pictures: the baseline.
_base_ = [
    'mmdet::_base_/models/retinanet_r50_fpn.py',
    'mmdet::_base_/schedules/schedule_1x.py',
    '../_base_/datasets/voco2exdark_det.py',
    '../_base_/runtime_det.py',
]
model = dict(bbox_head=dict(num_classes=12))
optim_wrapper = dict(optimizer=dict(lr=0.01), clip_grad=dict(max_norm=35))
auto_scale_lr = dict(enable=True)
default_hooks = dict(checkpoint=dict(save_best='night_enhanced/coco/bbox_mAP_50', rule='greater'))
load_from = (
    'https://download.openmmlab.com/mmdetection/v2.0/retinanet/retinanet_r50_fpn_1x_coco/'
    'retinanet_r50_fpn_1x_coco_20200130-c2398f9e.pth'
)
wiid = dict(paired=False)
