# The same by WiiD: darkened twins, tubes, BYOL, MMD on the raw clips without labels.
_base_ = ['./r3d-r18_plain_1xb8-10e_arid-dark.py', '../_base_/wiid_act.py']
model = dict(
    _delete_=True,
    type='wiid_plugins.PairedRecognizer',
    recognizer={k: v for k, v in _base_.model.items() if k != 'data_preprocessor'},
    aux={**_base_.wiid_aux, 'in_channels': 512},
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
