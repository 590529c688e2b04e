# Eight more epochs from the day-trained start, at a lower rate: what the other rows are measured by.
_base_ = './resnet18_plain_1xb32-6e_gtsrb.py'
load_from = 'work_dirs/resnet18_plain_1xb32-6e_gtsrb/epoch_6.pth'
max_epochs = 8
optim_wrapper = dict(optimizer=dict(lr=0.02))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=max_epochs, convert_to_iter_based=True)]
train_cfg = dict(max_epochs=max_epochs, val_interval=max_epochs)
