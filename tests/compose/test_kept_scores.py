"""A validation by day and by night gives the scores of the stock one, and what watches them goes on."""

import pytest
import torch
from mmengine.config import ConfigDict
from mmpretrain.evaluation import Accuracy

from compose_toy import two_lines
from wiid_plugins.compose import compose
from wiid_plugins.engine import DayNightMetric

CLS, DET = (
    'mmpretrain::resnet/resnet18_8xb32_in1k.py',
    'mmdet::retinanet/retinanet_r50_fpn_1x_coco.py',
)
ACT = 'mmaction::recognition/tsn/tsn_imagenet-pretrained-r50_8xb32-1x1x3-100e_kinetics400-rgb.py'


@pytest.mark.parametrize('stock', [CLS, ACT])
def test_top5_is_kept(stock):
    cfg = compose(two_lines(stock))
    assert cfg.test_evaluator == dict(type='wiid_plugins.DayNightMetric', topk=(1, 5))
    assert cfg.val_evaluator == cfg.test_evaluator


def test_top_k_is_that_of_the_stock_metric():
    torch.manual_seed(0)
    truth, scores = torch.randint(0, 9, (60, 1)), torch.rand(60, 9)
    metric = DayNightMetric(topk=(1, 3))
    samples = zip(truth, scores, strict=True)
    metric.process(None, [dict(domain='day', gt_label=t, pred_score=s) for t, s in samples])
    found = metric.evaluate(60)
    expected = Accuracy.calculate(scores, truth.flatten(), topk=(1, 3))
    assert [found['day/top1'], found['day/top3']] == pytest.approx([float(e[0]) for e in expected])
    assert found['day/top1'] < found['day/top3'] < 100


@pytest.mark.parametrize(
    'evaluator',
    [
        dict(type='SingleLabelMetric', items=['precision']),
        dict(type='Accuracy', thrs=0.5),
        dict(type='AccMetric', metric_list=('mmit_mean_average_precision',)),
    ],
)
def test_other_scores_end_with_a_sentence(evaluator):
    cfg = two_lines(CLS)
    cfg.val_evaluator = ConfigDict(evaluator)
    with pytest.raises(ValueError, match=f'val_evaluator is .*{evaluator["type"]}.*; set val_eval'):
        compose(cfg)


@pytest.mark.parametrize(
    'stock, watched, name',
    [
        (CLS, 'accuracy/top1', 'day/top1'),
        (CLS, 'auto', 'auto'),
        (ACT, 'acc/mean1', 'day/class_mean'),
        (DET, 'coco/bbox_mAP', 'day/coco/bbox_mAP'),
        (DET, 'night_enhanced/coco/bbox_mAP', 'night_enhanced/coco/bbox_mAP'),
    ],
)
def test_what_watches_a_score_watches_it_by_day(stock, watched, name):
    cfg = two_lines(stock)
    cfg.default_hooks.checkpoint.save_best = [watched]
    cfg.custom_hooks = [ConfigDict(type='EarlyStoppingHook', monitor=watched)]
    cfg = compose(cfg)
    assert cfg.default_hooks.checkpoint.save_best == [name]
    assert cfg.custom_hooks[0].monitor == name


def test_a_score_that_is_not_there_is_refused():
    cfg = two_lines(CLS)
    cfg.default_hooks.checkpoint.save_best = 'single-label/f1-score'
    with pytest.raises(ValueError, match='save_best=.*; set save_best="day/top1"'):
        compose(cfg)


def test_each_domain_writes_a_file_of_its_own():
    cfg = two_lines(DET, dict(test_evaluator=dict(outfile_prefix='found')))
    files = [metric.outfile_prefix for metric in compose(cfg).test_evaluator.metrics]
    assert files == ['found.day', 'found.day_enhanced']


def test_imagenet_has_two_cranes():
    from mmpretrain.datasets import ImageNet

    from wiid_plugins.engine.classes import labelled_sets

    data = ImageNet('', ann_file='none.txt', lazy_init=True)
    ((_, classes),) = labelled_sets(data)
    assert list(classes).count('crane') == 2
    data._metainfo['classes'] = ('a', 'a')
    with pytest.raises(ValueError, match="names 'a' more than once"):
        list(labelled_sets(data))
