# Without any real dark image: no MMD.
_base_ = './yolov3_mobilenetv2_wiid_1xb8-12e_voco2exdark.py'
wiid = dict(dark=None)
