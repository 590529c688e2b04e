# The method: what the views look like, the auxiliary losses, the momentum encoder's hook.
wiid_views = dict(
    darken=dict(),  # ranges of wiid_plugins.ops.lowlight.DarkRanges
    enhance=dict(),  # the same enhancement on the night view, on dark pictures and at test time
    target=dict(keep=(0.5, 0.6)),
    regions=dict(highlight=0.1, blocks=0.6),
)
wiid_aux = dict(
    type='wiid_plugins.WiidAux',
    in_channels=512,
    byol=dict(weight=0.13, momentum=0.01),  # momentum = 1 - tau
    mmd=dict(weight=0.1),
)
wiid_hooks = [dict(type='wiid_plugins.MomentumHook')]
