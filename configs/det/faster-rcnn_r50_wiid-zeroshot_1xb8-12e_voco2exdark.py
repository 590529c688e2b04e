# Without any real dark picture: no MMD.
_base_ = './faster-rcnn_r50_wiid_1xb8-12e_voco2exdark.py'
model = dict(aux=dict(mmd=None))
train_dataloader = dict(dataset=dict(_delete_=True, **_base_.train_set))
