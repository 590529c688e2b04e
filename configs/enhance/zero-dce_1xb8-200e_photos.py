# Zero-DCE by its published recipe, on folders of dark pictures of your own.
_base_ = ['../_base_/datasets/enhance_photos.py', '../_base_/runtime_light.py']
model = dict(
    type='wiid_plugins.ZeroDCE',
    data_preprocessor=dict(type='ImgDataPreprocessor', mean=[0.0], std=[255.0], bgr_to_rgb=True),
)
optim_wrapper = dict(
    optimizer=dict(type='Adam', lr=1e-4, weight_decay=1e-4), clip_grad=dict(max_norm=0.1)
)
train_cfg = dict(by_epoch=True, max_epochs=200, val_interval=10)
# Not SettingHook: it speaks of recognisers, and this one is always trained on dark images.
custom_hooks = [h for h in _base_.custom_hooks if h['type'] != 'wiid_plugins.SettingHook']
