# Darkened twins alone, made by a CUT generator trained with configs/darken/cut_1xb8-8e_gtsrb.py.
_base_ = './resnet18_wiid-darken_1xb32-8e_gtsrb.py'
learned = dict(_delete_=True, method='cut', weights='work_dirs/cut_1xb8-8e_gtsrb/epoch_8.pth')
wiid = dict(darken=learned)
