# Without any real dark image (zero-shot): twins, BYOL.
_base_ = './yolov5n_wiid-mmd_1xb16-8e_gtsrb-scenes.py'
wiid = dict(dark=None)
