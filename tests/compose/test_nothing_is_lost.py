"""What a stock config does to a batch of a classifier is done to all views alike, labels once."""

import copy

import numpy as np
import pytest
import torch
from mmengine.config import ConfigDict
from mmpretrain.datasets.transforms import RandomErasing
from mmpretrain.models.utils.batch_augments import RandomBatchAugment

from compose_toy import two_lines
from toy import make_samples
from wiid_plugins.compose import compose
from wiid_plugins.registry import MODELS

SWIN = 'mmpretrain::swin_transformer/swin-tiny_16xb64_in1k.py'
RSB = 'mmpretrain::resnet/resnet50_8xb256-rsb-a3-100e_in1k.py'
CLASSES = 3


def views_of(stock, augments, **wiid):
    """The preprocessor of a stock config whose model mixes, with pictures darkened and not masked."""
    wiid = dict(mask=None, enhance=None, aux=None) | wiid
    cfg = two_lines(stock, dict(data_preprocessor=dict(num_classes=CLASSES)), **wiid)
    cfg.model.train_cfg = ConfigDict(augments=augments)
    composed = compose(cfg)
    assert 'train_cfg' not in composed.model.classifier
    config = copy.deepcopy(composed.model.data_preprocessor)
    config.preprocessor.type = f'mmpretrain.{config.preprocessor.type}'
    return MODELS.build(config)


def batch(n=4):
    generator = torch.Generator().manual_seed(0)
    shape = (n, 3, 16, 16)
    pictures = torch.randint(0, 256, shape, generator=generator, dtype=torch.uint8)
    dark = torch.randint(0, 40, shape, generator=generator, dtype=torch.uint8)
    return dict(inputs=pictures, data_samples=make_samples(n), dark=dark)


def run(views, seed=3):
    np.random.seed(seed)
    torch.manual_seed(seed)
    return views(batch(), True)


def drawn_mixup(monkeypatch, alpha):
    """Note every lambda and permutation that is drawn."""
    draws, beta, randperm = [], np.random.beta, torch.randperm

    def noted_beta(*args):
        draws.append([beta(*args)])
        return draws[-1][0]

    def noted_randperm(n):
        draws[-1].append(randperm(n))
        return draws[-1][1]

    monkeypatch.setattr('numpy.random.beta', noted_beta)
    monkeypatch.setattr('torch.randperm', noted_randperm)
    return draws


@pytest.mark.parametrize('stock', [SWIN, RSB])
def test_mixup_mixes_all_views_by_one_draw_and_labels_once(monkeypatch, stock):
    views = views_of(stock, [dict(type='Mixup', alpha=0.8)])
    mixing, views.batch_augments = views.batch_augments, None
    plain = run(views)
    views.batch_augments = mixing
    draws = drawn_mixup(monkeypatch, 0.8)
    mixed = run(views)
    (lam, order), *again = draws
    assert len(draws) == 3  # one per view, all the same
    assert all(lam == other and torch.equal(order, perm) for other, perm in again)
    for name, view in plain['inputs']._asdict().items():
        array = view.double().numpy()
        expected = lam * array + (1 - lam) * array[order.numpy()]
        found = getattr(mixed['inputs'], name).numpy()
        np.testing.assert_allclose(found, expected, atol=1e-5)
        assert np.abs(found - array).max() > 0.1, name  # it did mix
    one_hot = np.eye(CLASSES)[[s.gt_label.item() for s in make_samples(4)]]
    scores = torch.stack([s.gt_score for s in mixed['data_samples']]).numpy()
    np.testing.assert_allclose(scores, lam * one_hot + (1 - lam) * one_hot[order], atol=1e-6)


def test_cutmix_pastes_the_same_box_into_all_views():
    views = views_of(SWIN, [dict(type='CutMix', alpha=1.0)])
    mixing, views.batch_augments = views.batch_augments, None
    plain = run(views)
    views.batch_augments = mixing
    mixed = run(views)
    changed = [
        (after - before).abs().amax(1) > 0
        for before, after in zip(plain['inputs'], mixed['inputs'], strict=True)
    ]
    boxes = [moved.flatten(0, 0).any(0) for moved in changed]
    assert boxes[0].any() and not boxes[0].all()
    share = boxes[0].float().mean().item()
    for box in boxes[1:]:
        assert (box & ~boxes[0]).sum() == 0  # nothing outside of the box of the day view
    scores = torch.stack([s.gt_score for s in mixed['data_samples']])
    own = scores.gather(1, torch.tensor([[i % CLASSES] for i in range(4)]))
    assert own.min() == pytest.approx(1 - share, abs=0.02)  # the share that was kept


def test_the_recipe_switches_the_mixing_of_all_views():
    from mmpretrain.engine import SwitchRecipeHook

    views = views_of(SWIN, [dict(type='Mixup', alpha=0.8)])
    runner = type('R', (), dict(model=torch.nn.Module()))
    runner.model.data_preprocessor = views
    SwitchRecipeHook._switch_batch_augments(runner, None)
    plain = run(views)
    SwitchRecipeHook._switch_batch_augments(
        runner, RandomBatchAugment(dict(type='Mixup', alpha=0.8))
    )
    mixed = run(views)
    for before, after in zip(plain['inputs'], mixed['inputs'], strict=True):
        assert not torch.equal(before, after)


def test_random_erasing_hides_the_same_by_day_and_by_night():
    views = views_of(SWIN, [])
    data = batch()
    erase = RandomErasing(
        erase_prob=1.0, min_area_ratio=0.2, max_area_ratio=0.2, fill_color=(0, 0, 0)
    )
    np.random.seed(0)
    before = data['inputs'].clamp(min=60)
    images = [erase(dict(img=p.permute(1, 2, 0).numpy().copy()))['img'] for p in before]
    data['inputs'] = torch.stack([torch.from_numpy(i).permute(2, 0, 1) for i in images])
    hidden = (data['inputs'] == 0).all(1)
    assert 0.1 < hidden.float().mean() < 0.3
    drawn = views.draw(data)
    for view in (drawn.day, drawn.night):
        for picture, gone in zip(view.mean(1), hidden, strict=True):
            assert picture[gone].mean() < picture[~gone].mean() / 3
