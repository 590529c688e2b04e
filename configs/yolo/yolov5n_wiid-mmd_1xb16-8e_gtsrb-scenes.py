# Without masks: twins, BYOL, MMD on unlabelled dark scenes.
_base_ = './yolov5n_wiid_1xb16-8e_gtsrb-scenes.py'
wiid = dict(mask=None)
