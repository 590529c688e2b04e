# YOLOv3 by WiiD: darkened twins, BYOL, MMD on ExDark's unlabelled training images, grid masks.
_base_ = './yolov3_mobilenetv2_plain_1xb8-12e_voco2exdark.py'
wiid = dict(paired=True, joint_forward=False)  # its losses are sums over the batch
