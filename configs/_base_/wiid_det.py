# The method for detection: boxes are the target, a grid masks.
wiid_views = dict(
    darken=dict(),  # ranges of wiid_plugins.ops.lowlight.DarkRanges
    enhance=dict(),  # the same enhancement on the night view, on dark pictures and at test time
    grid=dict(num_blocks=5, front_ratio=0.0, back_ratio=0.3),
)
wiid_aux = dict(
    type='wiid_plugins.WiidAux',
    in_channels=[256] * 5,  # of the neck, a projector and a predictor per level
    byol=dict(weight=0.1, momentum=0.01),  # momentum = 1 - tau
    mmd=dict(weight=0.1),
)
wiid_hooks = [dict(type='wiid_plugins.MomentumHook')]
