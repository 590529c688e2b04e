# The same by WiiD: darkened twins, tubes, BYOL, MMD on the raw clips without labels.
_base_ = './r3d-r18_plain_1xb8-10e_arid-dark.py'
wiid = dict(paired=True)
