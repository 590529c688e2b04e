# How datasets are loaded, whichever they are.
train_dataloader = dict(
    persistent_workers=False,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
)
val_dataloader = test_dataloader = dict(
    persistent_workers=False, sampler=dict(type='DefaultSampler', shuffle=False)
)
