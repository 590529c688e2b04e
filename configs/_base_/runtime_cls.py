# What mmpretrain's launcher needs besides, to draw what a classifier found: test.py --show-dir FOLDER.
_base_ = './runtime.py'
default_hooks = dict(visualization=dict(type='wiid_plugins.ClassPictures'))
