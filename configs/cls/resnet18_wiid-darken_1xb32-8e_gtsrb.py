# Darkened twins alone, no auxiliary loss.
_base_ = './resnet18_wiid-byol_1xb32-8e_gtsrb.py'
wiid = dict(aux=None)
