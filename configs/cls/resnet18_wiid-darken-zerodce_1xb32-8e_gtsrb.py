# Darkened twins alone, enhanced by Zero-DCE in training and test; configs/enhance trains its weights.
_base_ = './resnet18_wiid-darken_1xb32-8e_gtsrb.py'
weights = 'work_dirs/zero-dce_1xb8-200e_gtsrb/epoch_200.pth'
wiid = dict(enhance=dict(_delete_=True, method='zero-dce', weights=weights))
