# YOLOv3 on a MobileNetV2 from COCO weights on day pictures: the baseline.
_base_ = [
    'mmdet::_base_/schedules/schedule_1x.py',
    '../_base_/datasets/voco2exdark_det.py',
    '../_base_/runtime_det.py',
]
from mmengine.hub import get_config  # noqa: E402  (as a base it would bring COCO's loaders along)

model = get_config('mmdet::yolo/yolov3_mobilenetv2_8xb24-ms-416-300e_coco.py').model
model.bbox_head.num_classes = 12
optim_wrapper = dict(
    optimizer=dict(lr=0.003, weight_decay=0.0005), clip_grad=dict(max_norm=35, norm_type=2)
)
auto_scale_lr = dict(enable=True, base_batch_size=192)
default_hooks = dict(checkpoint=dict(save_best='night_enhanced/coco/bbox_mAP_50', rule='greater'))
load_from = (
    'https://download.openmmlab.com/mmdetection/v2.0/yolo/yolov3_mobilenetv2_mstrain-416_300e_coco/'
    'yolov3_mobilenetv2_mstrain-416_300e_coco_20210718_010823-f68a07b3.pth'
)
wiid = dict(paired=False)
