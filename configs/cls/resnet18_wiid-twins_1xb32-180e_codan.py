# With darkened twins stored on disk (data/codan/train_dark, same tree and names as train).
_base_ = './resnet18_wiid_1xb32-180e_codan.py'
both = dict(img=['img', 'img_night'])
twin_pipeline = [
    dict(type='wiid_plugins.LoadImage'),
    dict(
        type='wiid_plugins.LoadTwin',
        day_root='data/codan/train',
        twin_root='data/codan/train_dark',
    ),
    dict(
        type='TransformBroadcaster',
        mapping=both,
        auto_remap=True,
        share_random_params=True,
        transforms=_base_.geometry,
    ),
    dict(type='wiid_plugins.PackTwin', pack=_base_.pack[0]),
]
train_dataloader = dict(dataset=dict(dataset=dict(pipeline=twin_pipeline)))
