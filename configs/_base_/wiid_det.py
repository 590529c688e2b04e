# The method for detection: boxes are the target, a grid masks.
runner_type = 'wiid_plugins.PairedRunner'
wiid = dict(
    task='det',
    darken=dict(),  # ranges of wiid_plugins.ops.lowlight.DarkRanges
    enhance=dict(),  # the same enhancement on night views, on dark images and at test time
    mask=dict(num_blocks=5, front_ratio=0.0, back_ratio=0.3),
    aux=dict(
        byol=dict(weight=0.1, momentum=0.01),  # momentum = 1 - tau
        mmd=dict(weight=0.1),  # where there are dark images
    ),
)
