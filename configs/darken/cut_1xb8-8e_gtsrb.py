# Traffic signs at 48 px with a small generator: about an hour on two CPU cores.
_base_ = ['../_base_/datasets/unpaired_gtsrb.py', '../_base_/cut.py', '../_base_/runtime_light.py']
model = dict(generator=dict(ngf=16, blocks=6), discriminator=dict(ndf=32))
max_epochs = 8
train_cfg = dict(by_epoch=True, max_epochs=max_epochs)
param_scheduler = dict(
    type='LinearLR',
    start_factor=1.0,
    end_factor=0.0,
    begin=max_epochs // 2,
    end=max_epochs,
    convert_to_iter_based=True,
)
custom_hooks = _base_.custom_hooks + _base_.strip_hooks
