# The same network by WiiD, with the toy's unlabelled night images for MMD.
_base_ = './resnet18_plain_demo.py'
wiid = dict(paired=True, mask=dict(highlight=0.05, blocks=0.1, erase=(0.1, 0.3)))
