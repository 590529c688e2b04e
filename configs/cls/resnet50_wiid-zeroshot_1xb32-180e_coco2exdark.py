# Without any real dark image: no MMD.
_base_ = './resnet50_wiid_1xb32-180e_coco2exdark.py'
wiid = dict(dark=None)
