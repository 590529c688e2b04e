"""What a stock recognizer's config does to a batch of clips is done to all views alike, labels once."""

import numpy as np
import pytest
import torch
from mmaction.datasets import RepeatAugDataset, repeat_pseudo_collate
from mmengine.registry import init_default_scope
from torch.distributions import Beta

from act_toy import CLASSES, batch_of
from compose_toy import two_lines
from wiid_plugins.compose import compose
from wiid_plugins.datasets.named_clips import name_clips
from wiid_plugins.registry import MODELS

MVIT = (
    'mmaction::recognition/mvit/'
    'mvit-small-p244_k400-maskfeat-pre_8xb32-16x4x1-100e_kinetics400-rgb.py'
)
TSN = 'mmaction::recognition/tsn/tsn_imagenet-pretrained-r50_8xb32-1x1x3-100e_kinetics400-rgb.py'


def views_of(stock, blending):
    init_default_scope('mmaction')
    cfg = two_lines(stock, mask=None, enhance=None, aux=None)
    cfg.model.data_preprocessor.blending = blending
    return MODELS.build(compose(cfg).model.data_preprocessor)


def run(views, clips, seed=2):
    np.random.seed(seed)
    torch.manual_seed(seed)
    return views(batch_of(clips, n=4, dark=True), True)


@pytest.mark.parametrize('stock, clips', [(MVIT, 'i3d'), (TSN, 'tsn')])
def test_mixup_mixes_all_views_by_one_draw_and_labels_once(monkeypatch, stock, clips):
    views = views_of(stock, dict(type='MixupBlending', num_classes=CLASSES, alpha=0.8))
    mixing, views.batch_augments = views.batch_augments, None
    plain, draws = run(views, clips), []
    views.batch_augments = mixing
    sample, randperm = Beta.sample, torch.randperm

    def note(function):
        def noted(*args):
            draws.append(function(*args))
            return draws[-1]

        return noted

    monkeypatch.setattr(Beta, 'sample', note(sample))
    monkeypatch.setattr('torch.randperm', note(randperm))
    mixed = run(views, clips)
    lams, orders = draws[-6::2], draws[-5::2]
    assert len({float(lam) for lam in lams}) == 1
    lam, order = float(lams[0]), orders[0]
    assert all(torch.equal(order, other) for other in orders)
    for name, view in plain['inputs']._asdict().items():
        array = view.double().numpy()
        expected = lam * array + (1 - lam) * array[order.numpy()]
        found = getattr(mixed['inputs'], name).numpy()
        np.testing.assert_allclose(found, expected, atol=1e-5)
        assert np.abs(found - array).max() > 0.1, name
    hard = [int(s.gt_label) for s in plain['data_samples']]
    one_hot = np.eye(CLASSES)[hard]
    soft = torch.stack([s.gt_label for s in mixed['data_samples']]).numpy()
    np.testing.assert_allclose(soft, lam * one_hot + (1 - lam) * one_hot[order], atol=1e-6)


def test_the_stock_blending_of_mvit_is_taken_over():
    cfg = two_lines(MVIT)
    stock = cfg.model.data_preprocessor.blending
    assert stock is not None
    views = compose(cfg).model.data_preprocessor
    assert views.preprocessor.blending == stock


def test_repeated_samples_keep_their_clips_names_off_the_way():
    data = RepeatAugDataset.__new__(RepeatAugDataset)
    data.ann_file, data.data_prefix, data.num_repeats = 'list.txt', dict(video='x'), 2
    data.pipeline = type('Compose', (), dict(transforms=['DecordInit']))()
    name_clips(data)
    assert data.pipeline.transforms == ['DecordInit']
    batch = repeat_pseudo_collate([[dict(inputs=1), dict(inputs=2)], [dict(inputs=3)]])
    assert batch == dict(inputs=[1, 2, 3])
