# The published schedule: Adam, 180 epochs, a tenth of the rate at 60 and 120.
optim_wrapper = dict(optimizer=dict(type='Adam', lr=1.7e-3, weight_decay=1e-5))
param_scheduler = dict(type='MultiStepLR', milestones=[60, 120], gamma=0.1)
train_cfg = dict(by_epoch=True, max_epochs=180, val_interval=1)
