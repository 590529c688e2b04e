# Images of COCO by day (tools/prepare/voco.py), of ExDark by night (tools/prepare/exdark.py), 12
# classes: one label an image, by their class lists. Pipelines are CODaN's.
_base_ = './codan.py'
classes = [
    *['Bicycle', 'Boat', 'Bottle', 'Bus', 'Car', 'Cat'],
    *['Chair', 'Cup', 'Dog', 'Motorbike', 'People', 'Table'],
]
data_preprocessor = dict(num_classes=len(classes))
by_day = dict(
    _delete_=True,
    type='wiid_plugins.ClassFolder',
    data_root='data/voco/',
    data_prefix='images',
    metainfo=dict(classes=classes),
)
train_dataloader = dict(
    dataset=dict(**by_day, ann_file='cls/train.txt', pipeline=_base_.train_pipeline)
)
held_out = dict(**by_day, ann_file='cls/val.txt', test_mode=True, pipeline=_base_.test_pipeline)
val_dataloader = test_dataloader = dict(dataset=held_out)
wiid = dict(
    dark='data/exdark/images/train',  # images only
    night=dict(_delete_=True, data_root='data/exdark/', ann_file='cls/test.txt'),
)
