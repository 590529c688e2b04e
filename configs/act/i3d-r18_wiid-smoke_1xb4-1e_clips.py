# Does everything of WiiD run? Learns nothing.
_base_ = ['./i3d-r18_plain-smoke_1xb4-1e_clips.py', '../_base_/wiid_act.py']
model = dict(
    _delete_=True,
    type='wiid_plugins.PairedRecognizer',
    recognizer={k: v for k, v in _base_.model.items() if k != 'data_preprocessor'},
    aux={**_base_.wiid_aux, 'in_channels': 64},
    data_preprocessor=dict(
        type='wiid_plugins.PairedClipPreprocessor',
        preprocessor=_base_.model.data_preprocessor,
        **_base_.wiid_views,
    ),
)
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='wiid_plugins.WithDark',
        dataset=_base_.train_set,
        dark=_base_.unlabelled_dark,
    )
)
custom_hooks = _base_.custom_hooks + _base_.wiid_hooks
