# Pictures of COCO by day (tools/prepare/voco.py), of ExDark by night (tools/prepare/exdark.py), 12
# classes: one label a picture, by their class lists. Pipelines are CODaN's.
_base_ = './codan.py'
classes = [
    *['Bicycle', 'Boat', 'Bottle', 'Bus', 'Car', 'Cat'],
    *['Chair', 'Cup', 'Dog', 'Motorbike', 'People', 'Table'],
]
data_preprocessor = dict(num_classes=len(classes))
sets = {
    f'{name}_{split}': dict(
        type='wiid_plugins.ClassFolder',
        data_root=f'data/{name}/',
        ann_file=f'cls/{split}.txt',
        data_prefix='images',
        metainfo=dict(classes=classes),
    )
    for name, split in (('voco', 'train'), ('voco', 'val'), ('exdark', 'test'))
}
train_set = dict(_delete_=True, **sets['voco_train'], pipeline=_base_.train_pipeline)
unlabelled_dark = dict(data_prefix='data/exdark/images/train')  # pictures only
train_dataloader = dict(dataset=train_set)
# Day pictures of COCO alone validate, their night is made, with the same draw for every model.
domains = dict(
    val=dict(day=('voco_val', []), night_enhanced=('voco_val', _base_.darken + _base_.enhance)),
    test=dict(
        day=('voco_val', []),
        day_enhanced=('voco_val', _base_.enhance),
        night=('exdark_test', []),
        night_enhanced=('exdark_test', _base_.enhance),
    ),
)
joined = {
    job: [
        dict(
            **sets[name],
            test_mode=True,
            pipeline=[
                *_base_.load,
                *light,
                dict(type='wiid_plugins.SetDomain', name=domain),
                *_base_.pack,
            ],
        )
        for domain, (name, light) in each.items()
    ]
    for job, each in domains.items()
}
val_dataloader = dict(dataset=dict(datasets=joined['val']))
test_dataloader = dict(dataset=dict(datasets=joined['test']))
del sets, domains, joined
