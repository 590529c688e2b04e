# The same network by WiiD, with the toy's unlabelled night pictures for MMD.
_base_ = ['./resnet18_plain_demo.py', '../_base_/wiid.py']
model = dict(
    _delete_=True,
    type='wiid_plugins.PairedClassifier',
    classifier=_base_.model,
    aux={**_base_.wiid_aux, 'in_channels': 128},
    data_preprocessor=dict(
        type='wiid_plugins.PairedPreprocessor',
        preprocessor=_base_.data_preprocessor,
        darken=dict(),
        enhance=dict(),
        regions=dict(highlight=0.05, blocks=0.1, erase=(0.1, 0.3)),
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
