# WiiD: darkened twins, BYOL, MMD on unlabelled dark photos, highlighting, erase / patch.
# Darkening like the unlabelled dark photos: blue, hazy, little noise (tools/compare_light.py). Features
# are aligned where they do not tell classes apart yet: the dark photos have another mix of signs. Masks
# spare the target, which is in the middle: a sign hangs on one digit.
_base_ = ['./resnet18_plain-more_1xb32-8e_gtsrb.py', '../_base_/wiid.py']
model = dict(
    _delete_=True,
    type='wiid_plugins.PairedClassifier',
    classifier=_base_.model,
    aux={**_base_.wiid_aux, 'in_channels': 128},
    tap='backbone.layer2',
    data_preprocessor=dict(
        type='wiid_plugins.PairedPreprocessor',
        preprocessor=_base_.data_preprocessor,
        darken=dict(
            exposure=(0.03, 0.12),
            shot_noise=(1e-6, 1e-4),
            veil=(0.0, 0.5),
            red=(0.8, 1.2),
            blue=(1.1, 1.6),
        ),
        enhance=_base_.curve,
        target=dict(size=24, center=0.2),
        regions=dict(highlight=0.1, blocks=0.2, erase=(0.0, 0.0)),
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
