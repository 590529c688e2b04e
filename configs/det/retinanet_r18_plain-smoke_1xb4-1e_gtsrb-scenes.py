# Does everything run? A narrow RetinaNet from scratch for one epoch; learns nothing.
_base_ = [
    'mmdet::_base_/models/retinanet_r50_fpn.py',
    'mmdet::_base_/schedules/schedule_1x.py',
    '../_base_/datasets/gtsrb_scenes_det.py',
    '../_base_/runtime_det.py',
]
model = dict(
    backbone=dict(depth=18, stem_channels=8, base_channels=8, frozen_stages=-1, init_cfg=None),
    neck=dict(in_channels=[8, 16, 32, 64], out_channels=32),
    bbox_head=dict(num_classes=4, in_channels=32, feat_channels=32, stacked_convs=1),
)
train_dataloader = dict(batch_size=4, num_workers=0)
val_dataloader = test_dataloader = dict(batch_size=4, num_workers=0)
train_cfg = dict(max_epochs=1)
optim_wrapper = dict(optimizer=dict(lr=0.002), clip_grad=dict(max_norm=35))
wiid = dict(paired=False)
