# I3D ResNet-18 by WiiD: darkened twins, tubes, BYOL, MMD on ARID's training clips without labels.
_base_ = './i3d-r18_plain_1xb8-30e_normal2arid.py'
wiid = dict(paired=True)
