"""Grid masking for detection against a loop over cells and pixels, and by its properties."""

import numpy as np
import pytest
import torch

from pictures import seeded
from wiid_plugins.ops.grid import GridDraw, shrink_boxes
from wiid_plugins.ops.regions import boxes_to_mask

SIZE = (40, 60)  # cells of 8 x 12
BOXES = [
    torch.tensor([[10.0, 3.0, 30.0, 20.0], [50.5, 30.2, 58.0, 39.9]]),
    torch.zeros(0, 4),
    torch.tensor([[0.0, 0.0, 60.0, 40.0]]),
]


def cells_of(visible):
    """Share of each 8 x 12 cell that is visible, ``(N, 5, 5)``."""
    return visible.float().view(-1, 5, 8, 5, 12).mean((2, 4))


def front_cells(boxes):
    """By the definition: does a box overlap the cell's rectangle?"""
    found = np.zeros((5, 5), bool)
    for x1, y1, x2, y2 in boxes.tolist():
        for r in range(5):
            for c in range(5):
                in_x, in_y = x1 < (c + 1) * 12 and x2 > c * 12, y1 < (r + 1) * 8 and y2 > r * 8
                found[r, c] |= in_x and in_y
    return torch.from_numpy(found)


@pytest.mark.parametrize(('front', 'back'), [(0.0, 0.3), (0.5, 0.0), (0.4, 0.6), (1.0, 1.0)])
def test_the_given_share_of_front_and_back_cells_is_erased_whole(front, back):
    visible = GridDraw(front_ratio=front, back_ratio=back)(BOXES, SIZE, seeded())
    cells = cells_of(visible)
    assert ((cells == 0) | (cells == 1)).all()
    for erased, boxes in zip(cells == 0, BOXES, strict=True):
        is_front = front_cells(boxes)
        assert erased[is_front].sum() == round(front * int(is_front.sum()))
        assert erased[~is_front].sum() == round(back * int((~is_front).sum()))


@pytest.mark.parametrize('size', [(37, 53), (64, 64), (3, 4)])
def test_by_default_no_pixel_of_a_box_is_hidden(size):
    generator = seeded(1)
    low = torch.rand(20, 6, 2, generator=generator) * 0.8
    far = low + torch.rand(20, 6, 2, generator=generator) * 0.2 + 0.01
    scale = torch.tensor([size[1], size[0]])
    boxes = list(torch.cat([low * scale, far * scale], 2))
    visible = GridDraw()(boxes, size, generator)
    shrunk, kept = shrink_boxes(boxes, visible)
    assert all(k.all() for k in kept)
    assert all(torch.equal(a, b) for a, b in zip(boxes, shrunk, strict=True))


def test_every_picture_has_a_draw_of_its_own_and_it_repeats():
    boxes = [torch.zeros(0, 4)] * 8
    first = GridDraw()(boxes, SIZE, seeded(3))
    assert torch.equal(first, GridDraw()(boxes, SIZE, seeded(3)))
    assert len({tuple(v.flatten().tolist()) for v in first}) > 4


def test_all_back_cells_are_drawn_equally_often():
    visible = GridDraw(back_ratio=0.2)([torch.zeros(0, 4)] * 2000, SIZE, seeded())
    rate = (cells_of(visible) == 0).float().mean(0)
    assert (rate - 0.2).abs().max() < 0.04


def test_highlighting_shows_the_boxes_alone():
    visible = GridDraw(highlight=1.0)(BOXES, SIZE, seeded())
    assert torch.equal(visible, boxes_to_mask(BOXES, SIZE))
    some = GridDraw(highlight=0.3)([BOXES[0]] * 400, SIZE, seeded())
    alone = (some == boxes_to_mask(BOXES[:1], SIZE)).flatten(1).all(1)
    assert abs(float(alone.float().mean()) - 0.3) < 0.07


def shrunk_in_numpy(box, shown):
    """Bounding rectangle of the visible pixels that the box touches, cut to the box."""
    x1, y1, x2, y2 = box
    ys, xs = np.nonzero(shown)
    inside = (xs + 1 > x1) & (xs < x2) & (ys + 1 > y1) & (ys < y2)
    if not inside.any():
        return None
    xs, ys = xs[inside], ys[inside]
    return [max(x1, xs.min()), max(y1, ys.min()), min(x2, xs.max() + 1), min(y2, ys.max() + 1)]


def test_boxes_shrink_to_what_is_left_of_them_or_go():
    generator = seeded(5)
    low = torch.rand(12, 5, 2, generator=generator) * torch.tensor([40.0, 25.0])
    boxes = list(torch.cat([low, low + 2 + torch.rand(12, 5, 2, generator=generator) * 15], 2))
    visible = GridDraw(front_ratio=0.6)(boxes, SIZE, generator)
    shrunk, kept = shrink_boxes(boxes, visible)
    dropped = 0
    for box, shown, left, keep in zip(boxes, visible, shrunk, kept, strict=True):
        expected = [shrunk_in_numpy(b, shown.numpy()) for b in box.double().tolist()]
        assert keep.tolist() == [e is not None for e in expected]
        expected = [e for e in expected if e is not None]
        np.testing.assert_allclose(left.numpy(), np.array(expected).reshape(-1, 4), atol=1e-5)
        dropped += int((~keep).sum())
    assert 0 < dropped < 60


def test_a_picture_without_boxes_stays_without():
    shrunk, kept = shrink_boxes([torch.zeros(0, 4)], torch.ones(1, 8, 8, dtype=torch.bool))
    assert shrunk[0].shape == (0, 4) and kept[0].shape == (0,)


@pytest.mark.parametrize(
    'wrong', [dict(num_blocks=0), dict(front_ratio=-0.1), dict(back_ratio=1.2), dict(highlight=2)]
)
def test_what_is_no_share_is_refused(wrong):
    with pytest.raises(ValueError, match=f'GridDraw.{next(iter(wrong))}'):
        GridDraw(**wrong)
