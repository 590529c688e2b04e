# R(2+1)D-34 by WiiD: darkened twins, tubes, BYOL, MMD on ARID's training clips without labels.
_base_ = ['./r2plus1d-r34_plain_1xb8-30e_normal2arid.py', '../_base_/wiid_act.py']
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
