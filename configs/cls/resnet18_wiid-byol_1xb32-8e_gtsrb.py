# Without any real dark picture (zero-shot): twins, BYOL.
_base_ = './resnet18_wiid-mmd_1xb32-8e_gtsrb.py'
model = dict(aux=dict(mmd=None))
train_dataloader = dict(dataset=dict(_delete_=True, **_base_.train_set))
