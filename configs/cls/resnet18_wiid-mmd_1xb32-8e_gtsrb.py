# Without masking: twins, BYOL, MMD.
_base_ = './resnet18_wiid_1xb32-8e_gtsrb.py'
wiid = dict(mask=None)
