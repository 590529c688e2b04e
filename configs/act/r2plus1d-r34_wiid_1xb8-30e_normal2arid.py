# R(2+1)D-34 by WiiD: darkened twins, tubes, BYOL, MMD on ARID's training clips without labels.
_base_ = './r2plus1d-r34_plain_1xb8-30e_normal2arid.py'
wiid = dict(paired=True)
