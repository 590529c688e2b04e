# Without any real dark image: no MMD.
_base_ = './faster-rcnn_r50_wiid_1xb8-12e_voco2exdark.py'
wiid = dict(dark=None)
