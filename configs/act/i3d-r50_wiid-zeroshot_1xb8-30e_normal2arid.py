# Without any real dark clip: no MMD.
_base_ = './i3d-r50_wiid_1xb8-30e_normal2arid.py'
wiid = dict(dark=None)
