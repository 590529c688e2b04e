# The published recipe: 200 epochs at 2e-4, then 200 epochs linearly towards zero.
_base_ = ['../_base_/datasets/unpaired_codan.py', '../_base_/cut.py', '../_base_/runtime_light.py']
train_cfg = dict(by_epoch=True, max_epochs=400)
param_scheduler = dict(  # end: the epoch after the last one, which would have a rate of zero
    type='LinearLR', start_factor=1.0, end_factor=0.0, begin=200, end=401
)
default_hooks = dict(checkpoint=dict(interval=5))
custom_hooks = _base_.custom_hooks + _base_.strip_hooks
