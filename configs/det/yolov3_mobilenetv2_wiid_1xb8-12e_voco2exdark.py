# YOLOv3 by WiiD: darkened twins, BYOL, MMD on ExDark's unlabelled training pictures, grid masks.
_base_ = ['./yolov3_mobilenetv2_plain_1xb8-12e_voco2exdark.py', '../_base_/wiid_det.py']
model = dict(
    _delete_=True,
    type='wiid_plugins.PairedDetector',
    detector={k: v for k, v in _base_.model.items() if k != 'data_preprocessor'},
    aux={**_base_.wiid_aux, 'in_channels': [96] * 3},
    joint_forward=False,  # its losses are sums over the batch
    data_preprocessor=dict(
        type='wiid_plugins.PairedDetPreprocessor',
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
