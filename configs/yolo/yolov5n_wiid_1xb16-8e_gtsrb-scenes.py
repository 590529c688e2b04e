# WiiD: darkened twins, BYOL, MMD on unlabelled dark scenes, erased background cells.
_base_ = ['./yolov5n_plain_1xb16-8e_gtsrb-scenes.py', '../_base_/wiid_yolo.py']
# Darkening as yellow as the unlabelled dark scenes (tools/compare_light.py).
wiid = dict(
    dark=_base_.unlabelled_dark,
    darken=dict(red=(0.7, 1.2), blue=(0.55, 1.1)),
)
