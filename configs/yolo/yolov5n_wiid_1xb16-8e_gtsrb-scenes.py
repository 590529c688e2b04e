# WiiD: darkened twins, BYOL, MMD on unlabelled dark scenes, erased background cells.
# The noise of raw pixels, which these scenes do not have: less of it was no better (README.md).
_base_ = './yolov5n_plain_1xb16-8e_gtsrb-scenes.py'
wiid = dict(paired=True, darken=dict(shot_noise=(1e-4, 0.012), veil=(0.0, 0.4)))
