# Without any real dark image (zero-shot): twins, BYOL.
_base_ = './resnet18_wiid-mmd_1xb32-8e_gtsrb.py'
wiid = dict(dark=None)
