# With darkened twins stored on disk: the same tree and names as train.
_base_ = './resnet18_wiid_1xb32-180e_codan.py'
wiid = dict(darken=dict(method='stored', folder='data/codan/train_dark'))
