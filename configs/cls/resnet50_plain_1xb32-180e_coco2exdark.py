# ResNet-50 on COCO's day pictures: the baseline, and the day-trained start of WiiD. Its published
# recipe was never released; the schedule is CODaN's.
_base_ = [
    'mmpretrain::_base_/models/resnet50.py',
    '../_base_/datasets/coco2exdark.py',
    '../_base_/schedules/adam_180e.py',
    '../_base_/runtime_cls.py',
]
model = dict(head=dict(num_classes=12, topk=(1,)))
default_hooks = dict(checkpoint=dict(save_best='night_enhanced/class_mean', rule='greater'))
wiid = dict(paired=False)
