# The toy: shows that training, previews and resuming work, not what CUT can do.
_base_ = ['../_base_/datasets/unpaired_demo.py', '../_base_/cut.py', '../_base_/runtime_light.py']
model = dict(generator=dict(ngf=8, blocks=6), discriminator=dict(ndf=16))
train_cfg = dict(by_epoch=True, max_epochs=2)
custom_hooks = _base_.custom_hooks + _base_.strip_hooks
