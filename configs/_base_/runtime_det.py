# What mmdet's launcher and pictures need besides.
_base_ = './runtime.py'
default_scope = 'mmdet'
default_hooks = dict(visualization=dict(type='wiid_plugins.DomainPictures'))
visualizer = dict(type='DetLocalVisualizer', name='visualizer')
