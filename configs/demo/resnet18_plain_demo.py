# A ResNet-18 of a quarter of the usual width on the toy day set: the baseline of `make demo`.
_base_ = [
    'mmpretrain::_base_/models/resnet18.py',
    '../_base_/datasets/demo.py',
    '../_base_/runtime_cls.py',
]
model = dict(
    backbone=dict(stem_channels=16, base_channels=16),
    head=dict(num_classes=8, in_channels=128, topk=(1,)),
)
max_epochs = 24
optim_wrapper = dict(optimizer=dict(type='AdamW', lr=3e-3, weight_decay=0.01))
param_scheduler = dict(type='OneCycleLR', eta_max=3e-3, total_steps=max_epochs * 30, by_epoch=False)
train_cfg = dict(by_epoch=True, max_epochs=max_epochs, val_interval=max_epochs)
wiid = dict(paired=False)
