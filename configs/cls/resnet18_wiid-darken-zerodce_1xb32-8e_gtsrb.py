# Darkened twins alone, enhanced by Zero-DCE in training and test; configs/enhance trains its weights.
_base_ = './resnet18_wiid-darken_1xb32-8e_gtsrb.py'
zero_dce = dict(
    type='wiid_plugins.Enhance',
    method='zero-dce',
    weights='work_dirs/zero-dce_1xb8-200e_gtsrb/epoch_200.pth',
)
learned = dict(_delete_=True, method='zero-dce', weights=zero_dce['weights'])
model = dict(data_preprocessor=dict(enhance=learned))
tests = [
    {**t, 'pipeline': [zero_dce if s['type'] == zero_dce['type'] else s for s in t['pipeline']]}
    for t in _base_.test_dataloader.dataset.datasets
]
test_dataloader = dict(dataset=dict(datasets=tests))
val_dataloader = test_dataloader
