# Guards for networks that change light, which no block `wiid` adds.
_base_ = './runtime.py'
runner_type = 'wiid_plugins.PairedRunner'
custom_hooks = [
    dict(type='wiid_plugins.CheckpointFitsHook'),
    dict(type='wiid_plugins.ReseedHook'),
    dict(type='wiid_plugins.FiniteLossHook'),
    dict(type='wiid_plugins.SettingHook'),
]
