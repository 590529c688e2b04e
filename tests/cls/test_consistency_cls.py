"""Masked consistency in a classifier: where its targets come from, and that no label is read."""

import pytest
import torch

import toy
from wiid_plugins.registry import MODELS


def build(**aux):
    torch.manual_seed(0)
    config = dict(
        type='wiid_plugins.PairedClassifier',
        classifier=toy.stock_config(),
        aux=dict(
            type='wiid_plugins.WiidAux',
            byol=dict(weight=0.5, momentum=0.1),
            consistency=dict(weight=1.0, threshold=0.3),
            hidden=8,
            out=8,
            **aux,
        ),
        data_preprocessor=dict(
            type='wiid_plugins.PairedPreprocessor',
            preprocessor=dict(toy.NORM),
            darken=dict(),
            enhance=dict(),
            regions=dict(blocks=0.6),
            whole=True,
        ),
    )
    model = MODELS.build(config)
    model.init_weights()
    return model.train()


def batch(labels=None):
    draw = torch.Generator().manual_seed(1)
    images = lambda: torch.randint(0, 256, (4, 3, 32, 32), generator=draw, dtype=torch.uint8)  # noqa: E731
    data = dict(inputs=images(), dark=images() // 8, data_samples=toy.make_samples())
    if labels is not None:
        data['dark_samples'] = labels
    return data


def trained(data):
    model = build()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    torch.manual_seed(2)
    losses = model(**model.data_preprocessor(data, training=True), mode='loss')
    sum(losses.values()).backward()
    optimizer.step()
    return losses, model


def test_the_dark_images_come_masked_and_whole():
    model = build()
    torch.manual_seed(0)
    views = model.data_preprocessor(batch(), training=True)['inputs']
    assert views.whole.shape == views.dark.shape
    same = (views.whole == views.dark).all(1)
    assert (
        0.05 < same.float().mean() < 1
        and (views.dark[~same[:, None].expand_as(views.dark)] == 0).all()
    )


def test_its_gradient_reaches_the_model_and_not_the_momentum_encoder():
    losses, model = trained(batch())
    assert losses['loss_consistency'] > 0
    model.zero_grad()
    loss = model(**model.data_preprocessor(batch(), training=True), mode='loss')['loss_consistency']
    loss.backward()
    assert model.model.backbone.conv1.weight.grad.any()
    assert all(p.grad is None for p in model.target.parameters())
    assert model.target.encoder.training


def test_no_dark_label_is_read():
    (_, first), (_, second) = trained(batch()), trained(batch(torch.randint(0, 3, (4,))))
    pairs = zip(first.state_dict().values(), second.state_dict().values(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


def test_it_needs_the_momentum_encoder():
    with pytest.raises(ValueError, match=r'needs wiid\.aux\.byol'):
        MODELS.build(dict(type='wiid_plugins.WiidAux', in_channels=4, consistency=dict(weight=1)))
