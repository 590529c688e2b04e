# CUT as published: one picture a step, Adam 2e-4; day in, darkened to the light of the dark set.
model = dict(
    type='wiid_plugins.CUT',
    generator=dict(ngf=64, blocks=9),
    discriminator=dict(ndf=64),
    lambda_nce=1.0,
    identity=True,
    data_preprocessor=dict(
        type='mmengine.ImgDataPreprocessor',
        mean=[127.5, 127.5, 127.5],
        std=[127.5, 127.5, 127.5],
        bgr_to_rgb=True,
    ),
    init_cfg=[
        dict(type='Xavier', layer='Conv2d', gain=0.02, distribution='normal'),
        dict(type='Normal', layer='Linear', std=0.02),
    ],
)
optim_wrapper = dict(optimizer=dict(type='Adam', lr=2e-4, betas=(0.5, 0.999)))
model_wrapper_cfg = dict(type='MMSeparateDistributedDataParallel')  # its parts step in turn
strip_hooks = [dict(type='wiid_plugins.StripHook')]
