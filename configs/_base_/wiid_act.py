# The method for clips: what moves is the target, the regions are tubes.
wiid_views = dict(
    darken=dict(),  # ranges of wiid_plugins.ops.lowlight.DarkRanges
    enhance=dict(),  # the same enhancement on the night view, on dark clips and at test time
    regions=dict(highlight=0.1, blocks=0.6),
)
wiid_aux = dict(
    type='wiid_plugins.WiidAux',
    in_channels=2048,
    byol=dict(weight=0.13, momentum=0.01),  # momentum = 1 - tau
    mmd=dict(weight=0.1),
)
wiid_hooks = [dict(type='wiid_plugins.MomentumHook')]
