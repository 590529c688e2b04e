# Without any real dark picture: no MMD.
_base_ = './resnet50_wiid_1xb32-180e_coco2exdark.py'
model = dict(aux=dict(mmd=None))
train_dataloader = dict(dataset=dict(_delete_=True, **_base_.train_set))
