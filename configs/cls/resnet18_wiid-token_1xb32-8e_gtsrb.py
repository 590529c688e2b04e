# WiiD with a learned mask token in the place of the mean colour.
_base_ = './resnet18_wiid_1xb32-8e_gtsrb.py'
wiid = dict(mask=dict(fill='token'))
