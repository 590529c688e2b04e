"""Grid masks of a batch: the same on both views, and the boxes follow."""

import pytest
import torch
from ultralytics.utils.ops import xywh2xyxy

from wiid_plugins.yolo.views import GREY, PairedViews


def make_batch():
    """Four pictures, seven boxes in no order; the class is the index of the box."""
    torch.manual_seed(0)
    return dict(
        img=torch.rand(4, 3, 60, 80) * 0.8 + 0.1,
        cls=torch.arange(7.0)[:, None],
        bboxes=torch.tensor(
            [
                [0.5, 0.5, 0.5, 0.5],
                [0.2, 0.3, 0.3, 0.5],
                [0.7, 0.7, 0.2, 0.3],
                [0.3, 0.6, 0.55, 0.3],
                [0.9, 0.1, 0.15, 0.15],
                [0.5, 0.5, 0.9, 0.9],
                [0.15, 0.85, 0.2, 0.2],
            ]
        ),
        batch_idx=torch.tensor([3.0, 0, 0, 1, 1, 3, 0]),
        im_file=list('abcd'),
    )


def masked(front, back, **kwargs):
    torch.manual_seed(1)
    views = PairedViews({}, None, dict(num_blocks=5, front_ratio=front, back_ratio=back), **kwargs)
    return views(make_batch())


def hidden(view):
    return (view == GREY).all(1)


def test_background_cells_turn_grey_in_both_views_and_boxes_stay():
    before, batch = make_batch(), masked(0.0, 0.5)
    assert torch.equal(hidden(batch['img']), hidden(batch['night'])) and hidden(batch['img']).any()
    shown = ~hidden(batch['img'])
    kept = shown[:, None].expand_as(before['img'])
    assert torch.equal(batch['img'][kept], before['img'][kept])
    which = batch['cls'].flatten().long()
    assert sorted(which.tolist()) == list(range(7))
    for key in ('bboxes', 'batch_idx'):
        torch.testing.assert_close(batch[key], before[key][which])
    scale = torch.tensor([80, 60, 80, 60])
    for box, owner in zip(xywh2xyxy(batch['bboxes']) * scale, batch['batch_idx'], strict=True):
        x1, y1, x2, y2 = box.round().int().tolist()
        assert shown[int(owner), y1:y2, x1:x2].all()


def test_boxes_shrink_to_what_is_left_and_stay_with_class_and_picture():
    before, batch = make_batch(), masked(0.5, 0.0)
    which = batch['cls'].flatten().long()
    assert 0 < len(which) <= 7 and len(set(which.tolist())) == len(which)
    assert len(batch['bboxes']) == len(batch['batch_idx']) == len(which)
    assert torch.equal(batch['batch_idx'], before['batch_idx'][which])
    old, new = xywh2xyxy(before['bboxes'][which]), xywh2xyxy(batch['bboxes'])
    assert (new[:, :2] >= old[:, :2] - 1e-5).all() and (new[:, 2:] <= old[:, 2:] + 1e-5).all()
    assert not torch.allclose(new, old)
    shown, scale = ~hidden(batch['img']), torch.tensor([80, 60, 80, 60])
    for box, owner in zip((new * scale).round().int().tolist(), batch['batch_idx'], strict=True):
        assert shown[int(owner), box[1] : box[3], box[0] : box[2]].any()


def test_boxes_with_nothing_left_are_dropped_and_shapes_stay():
    batch = masked(1.0, 0.0)
    assert batch['bboxes'].shape == (0, 4) and batch['cls'].shape == (0, 1)
    assert batch['batch_idx'].shape == (0,) and batch['im_file'] == list('abcd')


def test_dark_pictures_are_enhanced_and_resized():
    dark = torch.randint(0, 20, (2, 3, 32, 32), dtype=torch.uint8)
    batch = PairedViews({}, {}, None, iter([dark]))(make_batch())
    assert batch['dark'].shape == (2, 3, 60, 80)
    assert batch['dark'].mean() > 3 * dark.float().mean() / 255


def test_dark_pictures_are_hidden_where_the_day_is_more_of_them_in_turn():
    dark = torch.randint(0, 20, (5, 3, 60, 80), dtype=torch.uint8)
    grid = dict(num_blocks=5, front_ratio=0.0, back_ratio=0.5)
    batch = PairedViews({}, {}, grid, iter([dark]))(make_batch())
    assert torch.equal(hidden(batch['dark']), hidden(batch['img'])[[0, 1, 2, 3, 0]])
    assert hidden(batch['dark']).any()


def test_without_darkening_nothing_is_touched():
    batch = make_batch()
    assert PairedViews(None, {}, dict(num_blocks=5))(batch) is batch


@pytest.mark.parametrize('given', [True, False])
def test_masks_leave_the_given_batch_as_it_was(given):
    before, batch = make_batch(), make_batch()
    PairedViews({}, None, dict(num_blocks=5, front_ratio=0.5, back_ratio=0.5) if given else None)(
        batch
    )
    assert batch.keys() == before.keys()
    assert all(torch.equal(batch[k], v) for k, v in before.items() if torch.is_tensor(v))
