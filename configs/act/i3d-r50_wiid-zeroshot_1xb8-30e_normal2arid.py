# Without any real dark clip: no MMD.
_base_ = './i3d-r50_wiid_1xb8-30e_normal2arid.py'
model = dict(aux=dict(mmd=None))
train_dataloader = dict(dataset=dict(_delete_=True, **_base_.train_set))
