# WiiD with the recipe of CODaN. Start it from a day-trained checkpoint: --cfg-options load_from=....pth
_base_ = ['./resnet50_plain_1xb32-180e_coco2exdark.py', '../_base_/wiid.py']
model = dict(
    _delete_=True,
    type='wiid_plugins.PairedClassifier',
    classifier=_base_.model,
    aux={**_base_.wiid_aux, 'in_channels': 2048},
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
