# The method for clips: what moves is the target, the regions are tubes.
runner_type = 'wiid_plugins.PairedRunner'
wiid = dict(
    task='act',
    darken=dict(),  # ranges of wiid_plugins.ops.lowlight.DarkRanges
    enhance=dict(),  # the same enhancement on night views, on dark clips and at test time
    mask=dict(highlight=0.1, blocks=0.6),
    aux=dict(
        byol=dict(weight=0.13, momentum=0.01),  # momentum = 1 - tau
        mmd=dict(weight=0.1),  # where there are dark clips
    ),
)
