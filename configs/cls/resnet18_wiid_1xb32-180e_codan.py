# The published recipe. Start it from a day-trained checkpoint: --cfg-options load_from=....pth
_base_ = ['./resnet18_plain_1xb32-180e_codan.py', '../_base_/wiid.py']
model = dict(
    _delete_=True,
    type='wiid_plugins.PairedClassifier',
    classifier=_base_.model,
    aux=_base_.wiid_aux,
    data_preprocessor=dict(
        type='wiid_plugins.PairedPreprocessor',
        preprocessor=_base_.data_preprocessor,
        **_base_.wiid_views,
    ),
    channels_last=True,
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
