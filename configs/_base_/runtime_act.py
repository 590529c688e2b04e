# What mmaction2's launcher needs besides.
_base_ = './runtime.py'
default_scope = 'mmaction'
visualizer = dict(
    _delete_=True, type='ActionVisualizer', vis_backends=[dict(type='LocalVisBackend')]
)
