# Without any real dark image: no MMD.
_base_ = './resnet18_wiid_1xb32-180e_codan.py'
wiid = dict(dark=None)
