# Without erase / patch: twins, BYOL, MMD, highlighting.
_base_ = './resnet18_wiid_1xb32-8e_gtsrb.py'
wiid = dict(mask=dict(blocks=0.0))
