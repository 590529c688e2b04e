# ResNet-18 on CODaN's day pictures: the baseline, and the day-trained start of the published recipe.
_base_ = [
    'mmpretrain::_base_/models/resnet18.py',
    '../_base_/datasets/codan.py',
    '../_base_/schedules/adam_180e.py',
    '../_base_/runtime_cls.py',
]
model = dict(head=dict(num_classes=10, topk=(1,)))
default_hooks = dict(checkpoint=dict(save_best='night_enhanced/class_mean', rule='greater'))
wiid = dict(paired=False)
