# Faster R-CNN from COCO weights on day pictures: the baseline.
_base_ = [
    'mmdet::_base_/models/faster-rcnn_r50_fpn.py',
    'mmdet::_base_/schedules/schedule_1x.py',
    '../_base_/datasets/voco2exdark_det.py',
    '../_base_/runtime_det.py',
]
model = dict(roi_head=dict(bbox_head=dict(num_classes=12)))
optim_wrapper = dict(clip_grad=dict(max_norm=35))
auto_scale_lr = dict(enable=True)
default_hooks = dict(checkpoint=dict(save_best='night_enhanced/coco/bbox_mAP_50', rule='greater'))
load_from = (
    'https://download.openmmlab.com/mmdetection/v2.0/faster_rcnn/faster_rcnn_r50_fpn_1x_coco/'
    'faster_rcnn_r50_fpn_1x_coco_20200130-047c8118.pth'
)
wiid = dict(paired=False)
