# RetinaNet by WiiD: darkened twins, BYOL, MMD on ExDark's unlabelled training images, grid masks.
_base_ = './retinanet_r50_plain_1xb8-12e_voco2exdark.py'
wiid = dict(paired=True)
