# Zero-DCE by its published recipe at 48 px, on the dark traffic signs without labels that MMD sees too
# (tools/prepare/gtsrb_daynight.py). The test night only shows exposure.
_base_ = './zero-dce_1xb8-200e_photos.py'
load, resize, pack = _base_.pipeline
photos = dict(pipeline=[load, {**resize, 'scale': (48, 48)}, pack])
train_dataloader = dict(dataset=dict(**photos, data_root='data/gtsrb_daynight/unlabelled_dark'))
val_dataloader = dict(dataset=dict(**photos, data_root='data/gtsrb_daynight/test_night'))
test_dataloader = val_dataloader
