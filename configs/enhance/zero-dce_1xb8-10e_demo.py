# A Zero-DCE of a quarter of the usual width on the toy's night, 48 px (tools/prepare/demo.py).
_base_ = './zero-dce_1xb8-200e_photos.py'
load, _, pack = _base_.pipeline
photos = dict(pipeline=[load, pack])
model = dict(channels=8)
train_dataloader = dict(
    num_workers=0, dataset=dict(**photos, data_root='data/demo/unlabelled_dark')
)
val_dataloader = dict(num_workers=0, dataset=dict(**photos, data_root='data/demo/val_night'))
test_dataloader = dict(num_workers=0, dataset=dict(**photos, data_root='data/demo/test_night'))
optim_wrapper = dict(optimizer=dict(lr=1e-3))
train_cfg = dict(max_epochs=10, val_interval=1)
