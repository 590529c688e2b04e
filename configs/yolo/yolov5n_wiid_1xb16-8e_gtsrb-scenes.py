# WiiD: darkened twins, BYOL, MMD on unlabelled dark scenes, erased background cells.
_base_ = ['./yolov5n_plain_1xb16-8e_gtsrb-scenes.py', '../_base_/wiid_yolo.py']
wiid = dict(dark=_base_.unlabelled_dark)
