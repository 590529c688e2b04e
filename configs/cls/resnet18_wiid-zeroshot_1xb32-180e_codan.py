# Without any real dark picture: no MMD.
_base_ = './resnet18_wiid_1xb32-180e_codan.py'
model = dict(aux=dict(mmd=None))
train_dataloader = dict(dataset=dict(_delete_=True, **_base_.train_set))
