# Folders of dark pictures, nested or not, without labels.
# The held-out ones only show how bright pictures become: they select nothing.
pipeline = [
    dict(type='wiid_plugins.LoadImage'),
    dict(type='Resize', scale=(256, 256), backend='pillow', interpolation='lanczos'),
    dict(type='PackInputs', meta_keys=('sample_idx', 'img_path')),
]
photos = dict(type='wiid_plugins.ClassFolder', with_label=False, pipeline=pipeline)
loader = dict(batch_size=8, num_workers=2, persistent_workers=False)
train_dataloader = dict(
    **loader,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(**photos, data_root='data/dark'),
)
val_dataloader = dict(
    **loader,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(**photos, data_root='data/dark_held_out'),
)
val_evaluator = dict(type='wiid_plugins.ExposureMetric')
val_cfg = dict()
test_dataloader, test_evaluator, test_cfg = val_dataloader, val_evaluator, val_cfg
