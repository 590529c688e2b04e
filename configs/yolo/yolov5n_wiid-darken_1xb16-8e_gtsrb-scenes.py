# Darkened twins alone.
_base_ = './yolov5n_wiid-byol_1xb16-8e_gtsrb-scenes.py'
wiid = dict(aux=None)
