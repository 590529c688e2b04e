# ResNet-18 on bright traffic signs: the baseline of every row, tested by day and by night.
_base_ = [
    'mmpretrain::_base_/models/resnet18.py',
    '../_base_/datasets/gtsrb.py',
    '../_base_/schedules/sgd_6e.py',
    '../_base_/runtime_cls.py',
]
model = dict(head=dict(num_classes=21, topk=(1,)))
wiid = dict(paired=False)
