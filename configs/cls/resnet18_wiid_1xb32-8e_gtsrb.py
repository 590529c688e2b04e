# WiiD: darkened twins, BYOL, MMD, highlighting, erase / patch. Features are aligned where they do not
# tell classes apart yet; masks spare the middle, where the sign is. README.md tells why.
_base_ = './resnet18_plain-more_1xb32-8e_gtsrb.py'
mask = dict(target=dict(size=24, center=0.2), highlight=0.1, blocks=0.2, erase=(0.0, 0.0))
wiid = dict(paired=True, tap='backbone.layer2', mask=mask)
