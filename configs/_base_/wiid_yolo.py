# The method for Ultralytics; a data set with dark pictures adds wiid.dark for MMD.
wiid = dict(
    darken=dict(),  # ranges of wiid_plugins.ops.lowlight.DarkRanges
    enhance=dict(),  # the same enhancement on the night view, on dark pictures and at test time
    grid=dict(num_blocks=5, front_ratio=0.0, back_ratio=0.3),
    aux=dict(
        byol=dict(weight=0.1, momentum=0.01),  # momentum = 1 - tau
        mmd=dict(weight=0.1),
    ),
)
