"""Views of detection pictures: padded like the stock result, darkened one by one, masked alike."""

import copy

import numpy as np
import pytest
import torch
from mmdet.structures.mask import BitmapMasks

from det_toy import ALL, batch_of, stock_config
from wiid_plugins.det import PairedDetPreprocessor
from wiid_plugins.ops.lowlight import enhance
from wiid_plugins.registry import MODELS

MIXED = dict(n=3, sizes=((64, 64), (48, 80), (40, 56)), boxes=(2, 3, 1))
SAME = dict(n=3, boxes=(2, 3, 1))


def make(**views):
    return PairedDetPreprocessor(stock_config('retinanet')[1], **views)


def stock_result(batch, training=True):
    return MODELS.build(stock_config('retinanet')[1])(copy.deepcopy(batch), training)


def is_hidden(view):
    return (view == 0).all(1)


def inside(sample, view, index):
    """Part of a view that is picture, not padding."""
    height, width = sample.img_shape
    return view[index, ..., :height, :width]


@pytest.mark.parametrize('what', [SAME, MIXED])
@pytest.mark.parametrize('views', [{}, dict(darken=dict(), enhance=dict())])
def test_the_day_view_and_its_samples_are_the_stock_result_to_the_bit(what, views):
    batch = batch_of(**what)
    stock, got = stock_result(batch), make(**views)(batch, training=True)
    assert torch.equal(got['inputs'].day, stock['inputs'])
    for a, b in zip(got['data_samples'], stock['data_samples'], strict=True):
        assert a.metainfo == b.metainfo and torch.equal(
            a.gt_instances.bboxes, b.gt_instances.bboxes
        )
        assert torch.equal(a.gt_instances.labels, b.gt_instances.labels)
    night = got['inputs'].night
    assert (night is None) == (not views)
    if night is not None:
        assert night.shape == stock['inputs'].shape and not torch.equal(night, stock['inputs'])
        padding = is_hidden(stock['inputs'])
        assert torch.equal(is_hidden(night)[padding], padding[padding])


def test_outside_training_the_result_is_exactly_the_stocks():
    stock, got = stock_result(batch_of(**MIXED), False), make(**ALL)(batch_of(**MIXED), False)
    assert torch.equal(got['inputs'], stock['inputs'])


def test_a_picture_is_enhanced_by_itself_whatever_is_beside_it():
    batch = batch_of(n=2, sizes=((64, 64), (48, 80)))
    batch['night'] = [i // 8 for i in batch['inputs']]
    batch['dark'] = batch['night'][::-1]
    views = make(enhance=dict(target=0.5))
    drawn = views.draw(batch)
    for got, given in zip(drawn.night + drawn.dark, batch['night'] + batch['dark'], strict=True):
        expected = enhance(given.flip(0)[None].float() / 255, target=0.5)[0]
        torch.testing.assert_close(got, expected, rtol=0, atol=1e-6)
    packed = views(batch, training=True)['inputs']
    assert packed.day.shape == packed.night.shape == packed.dark.shape == (2, 3, 64, 96)


@pytest.mark.parametrize('what', [SAME, MIXED])
def test_both_views_are_hidden_in_the_same_cells_and_boxes_stay_when_none_of_theirs_is(what):
    batch = batch_of(**what)
    packed = make(darken=dict(), grid=dict(back_ratio=0.5))(batch, training=True)
    stock = stock_result(batch)
    day, night, _ = packed['inputs']
    for index, sample in enumerate(packed['data_samples']):
        assert torch.equal(
            sample.gt_instances.bboxes, stock['data_samples'][index].gt_instances.bboxes
        )
        a, b = (inside(sample, is_hidden(v), index) for v in (day, night))
        assert torch.equal(a, b) and 0.05 < float(a.float().mean()) < 0.5
        for x1, y1, x2, y2 in sample.gt_instances.bboxes.int().tolist():
            assert not a[y1:y2, x1:x2].any()


@pytest.mark.parametrize('what', [SAME, MIXED])
def test_highlighting_shows_the_boxes_and_nothing_else(what):
    packed = make(darken=dict(), grid=dict(highlight=1.0))(batch_of(**what), training=True)
    for index, sample in enumerate(packed['data_samples']):
        boxes = sample.gt_instances.bboxes.int().tolist()
        shown = torch.zeros(sample.img_shape, dtype=torch.bool)
        for x1, y1, x2, y2 in boxes:
            shown[y1:y2, x1:x2] = True
        for view in packed['inputs'][:2]:
            assert torch.equal(~inside(sample, is_hidden(view), index), shown)


def test_boxes_shrink_with_their_labels_and_the_loaders_samples_stay_as_they_were():
    batch = batch_of(n=8, boxes=(4,))
    before = copy.deepcopy(batch)
    torch.manual_seed(0)
    packed = make(darken=dict(), grid=dict(front_ratio=0.9))(batch, training=True)
    kept = shrunk = 0
    for old, new in zip(before['data_samples'], packed['data_samples'], strict=True):
        boxes, left = old.gt_instances.bboxes.tensor, new.gt_instances.bboxes
        owner = [int(((boxes[:, 0] <= b[0]) & (b[2] <= boxes[:, 2])).nonzero()) for b in left]
        assert torch.equal(new.gt_instances.labels, old.gt_instances.labels[owner])
        kept += len(left)
        shrunk += sum(not torch.equal(boxes[o], b) for o, b in zip(owner, left, strict=True))
    assert 0 < kept < 32 and shrunk
    for a, b in zip(batch['data_samples'], before['data_samples'], strict=True):
        assert torch.equal(a.gt_instances.bboxes.tensor, b.gt_instances.bboxes.tensor)
    assert all(torch.equal(a, b) for a, b in zip(batch['inputs'], before['inputs'], strict=True))


def test_lists_of_one_size_and_of_several_draw_the_same_kind_of_thing():
    torch.manual_seed(0)
    for what in (SAME, MIXED):
        drawn = make(**ALL).draw(batch_of(**what, dark=True))
        assert [p.shape[-2:] for p in drawn.day] == [v.shape for v in drawn.visible]
        assert [t.shape for t in drawn.target] == [v.shape for v in drawn.visible]
        assert len(drawn.night) == len(drawn.dark) == 3


def test_instance_masks_go_with_their_boxes():
    batch = batch_of(n=4, boxes=(4,))
    for sample in batch['data_samples']:
        marks = np.arange(4, dtype=np.uint8)[:, None, None].repeat(64, 1).repeat(64, 2)
        sample.gt_instances.masks = BitmapMasks(marks, 64, 64)
        sample.gt_instances.labels = torch.arange(4)
    torch.manual_seed(0)
    packed = make(darken=dict(), grid=dict(front_ratio=0.9))(batch, training=True)
    counts = [len(s.gt_instances) for s in packed['data_samples']]
    assert 0 < sum(counts) < 16
    for sample in packed['data_samples']:
        instances = sample.gt_instances
        assert instances.masks.masks[:, 0, 0].tolist() == instances.labels.tolist()
