"""The grid of detection pictures: which cells are front, which are erased, what is left of boxes."""

import itertools

import numpy as np
import pytest
import torch

from pictures import seeded
from wiid_plugins.ops.grid import GridDraw, covered_pixels, front_cells, shrink_boxes

SIZES = [(60, 60), (48, 97), (13, 7), (608, 320)]


def random_boxes(size, counts=(4, 1, 0, 7), seed=0):
    draw = np.random.default_rng(seed)
    limits = np.array([size[1], size[0]])
    corners = [np.sort(draw.uniform(0, 1, (n, 2, 2)) * limits, 1).reshape(n, 4) for n in counts]
    return [torch.from_numpy(c).float() for c in corners]


def cells_of(mask, num_blocks):
    """Cell by cell ``(rows, columns)`` slices, each with its part of the mask."""
    for row, column in np.ndindex(num_blocks, num_blocks):
        parts = []
        for side, index in zip(mask.shape, (row, column), strict=True):
            pixels = [p for p in range(side) if p * num_blocks // side == index]
            parts.append(slice(pixels[0], pixels[-1] + 1) if pixels else slice(0, 0))
        yield (row, column), tuple(parts)


@pytest.mark.parametrize('size', SIZES)
@pytest.mark.parametrize('num_blocks', [1, 3, 5])
def test_front_cells_are_those_whose_pixels_a_box_overlaps(size, num_blocks):
    boxes = random_boxes(size)
    fronts, covered = front_cells(boxes, size, num_blocks), covered_pixels(boxes, size)
    assert fronts.shape == (4, num_blocks, num_blocks) and not fronts[2].any()
    for front, mask in zip(fronts, covered, strict=True):
        for cell, part in cells_of(mask, num_blocks):
            assert bool(front[cell]) == bool(mask[part].any())


@pytest.mark.parametrize('size', SIZES)
@pytest.mark.parametrize('ratios', [(0.0, 0.3), (0.5, 0.0), (0.4, 1.0), (1.0, 0.2)])
def test_the_asked_share_of_front_and_of_back_cells_is_erased_and_no_cell_in_part(size, ratios):
    boxes = random_boxes(size)
    visible = GridDraw(5, *ratios)(boxes, size, seeded())
    fronts = front_cells(boxes, size, 5)
    assert visible.shape == (4, *size) and visible.dtype == torch.bool
    for mask, front in zip(visible, fronts, strict=True):
        erased = torch.zeros_like(front)
        for cell, part in cells_of(mask, 5):
            assert mask[part].all() or not mask[part].any()
            erased[cell] = not mask[part].any()
        for kind, ratio in zip((front, ~front), ratios, strict=True):
            assert int(erased[kind].sum()) == round(ratio * int(kind.sum()))


def test_draws_repeat_under_a_generator_and_differ_between_pictures():
    boxes = random_boxes((60, 60), (1,) * 16)
    first, again = (GridDraw()(boxes, (60, 60), seeded(1)) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, GridDraw()(boxes, (60, 60), seeded(2)))
    assert len({m.numpy().tobytes() for m in first}) > 12


def test_every_back_cell_is_drawn_equally_often():
    boxes = [torch.tensor([[25.0, 25, 35, 35]])] * 2000
    erased = 1 - GridDraw(back_ratio=0.25)(boxes, (5, 5), seeded()).float().mean(0)
    assert (erased - 0.24).abs().max() < 0.04  # 6 of 25: the box lies outside, all cells are back


def test_highlighting_shows_the_boxes_alone_and_leaves_them_as_they_are():
    size = (48, 97)
    boxes = random_boxes(size)
    visible = GridDraw(front_ratio=1.0, back_ratio=1.0, highlight=1.0)(boxes, size, seeded())
    assert torch.equal(visible[[0, 1, 3]], covered_pixels(boxes, size)[[0, 1, 3]])
    assert not visible[2].any()  # no box, so nothing to show alone: its 25 back cells are erased
    shrunk, kept = shrink_boxes(boxes, visible)
    assert all(torch.equal(a, b) for a, b in zip(shrunk, boxes, strict=True))
    assert all(k.all() for k in kept)


def test_highlight_comes_with_its_probability():
    boxes = random_boxes((20, 20), (1,) * 2000)
    visible = GridDraw(back_ratio=0.0, highlight=0.2)(boxes, (20, 20), seeded())
    alone = ~visible.flatten(1).all(1)
    assert float(alone.float().mean()) == pytest.approx(0.2, abs=0.03)


def left_of(box, mask):
    """Bounding rectangle of the visible pixels of one box, pixel by pixel; None: nothing is left."""
    x1, y1, x2, y2 = box
    inside = [
        (r, c)
        for r, c in np.ndindex(*mask.shape)
        if x1 < c + 1 and x2 > c and y1 < r + 1 and y2 > r
    ]
    seen = [(r, c) for r, c in inside if mask[r, c]]
    if len(seen) == len(inside):
        return box
    if not seen:
        return None
    rows, columns = zip(*seen, strict=True)
    left = (
        *(max(x1, min(columns)), max(y1, min(rows))),
        *(min(x2, max(columns) + 1), min(y2, max(rows) + 1)),
    )
    return left if min(left[2] - left[0], left[3] - left[1]) >= 1 else None


@pytest.mark.parametrize('seed', range(4))
def test_boxes_shrink_to_the_bounding_rectangle_of_what_is_left(seed):
    size = (20, 30)
    boxes = random_boxes(size, (6, 0, 9, 12), seed)
    visible = GridDraw(front_ratio=0.7)(boxes, size, seeded(seed))
    shrunk, kept = shrink_boxes(boxes, visible)
    for box, mask, left, keep in zip(boxes, visible.numpy(), shrunk, kept, strict=True):
        expected = [left_of(b, mask) for b in box.tolist()]
        assert keep.tolist() == [e is not None for e in expected]
        wanted = torch.tensor([e for e in expected if e is not None]).reshape(-1, 4)
        torch.testing.assert_close(left, wanted)
    assert not torch.cat(kept).all() and torch.cat(kept).any()


def test_a_box_that_is_wholly_erased_is_dropped_and_an_untouched_one_is_the_same_to_the_bit():
    box = torch.tensor([[3.3, 4.7, 3.6, 4.9], [1.1, 2.2, 9.9, 8.8], [12.5, 1, 18, 9]])
    visible = torch.ones(1, 10, 20, dtype=torch.bool)
    visible[:, :, 11:] = False
    (left,), (keep,) = shrink_boxes([box], visible)
    assert keep.tolist() == [True, True, False] and torch.equal(left, box[:2])
    visible[:] = False
    (left,), (keep,) = shrink_boxes([box], visible)
    assert left.shape == (0, 4) and not keep.any()


def test_a_cell_can_be_cut_off_on_each_side():
    box, full = torch.tensor([[0.0, 0, 20, 20]]), torch.ones(1, 20, 20, dtype=torch.bool)
    every, low, middle, high = slice(None), slice(5), slice(5, 15), slice(15, 20)
    cuts = [
        (low, every, [0, 5, 20, 20]),
        (high, every, [0, 0, 20, 15]),
        (every, low, [5, 0, 20, 20]),
        (every, high, [0, 0, 15, 20]),
        (middle, middle, [0, 0, 20, 20]),  # a hole: the rectangle stays
    ]
    for rows, columns, expected in cuts:
        visible = full.clone()
        visible[:, rows, columns] = False
        assert shrink_boxes([box], visible)[0][0].tolist() == [expected]


@pytest.mark.parametrize('name', ['front_ratio', 'back_ratio', 'highlight'])
@pytest.mark.parametrize('value', [-0.1, 1.1])
def test_bad_shares_are_refused(name, value):
    with pytest.raises(ValueError, match=rf'GridDraw: {name} lies in \[0, 1\], got {value}'):
        GridDraw(**{name: value})


def test_bad_counts_are_refused():
    with pytest.raises(ValueError, match='num_blocks is at least 1, got 0'):
        GridDraw(num_blocks=0)
    with pytest.raises(ValueError, match='boxes of 2 pictures and 1 masks'):
        shrink_boxes([torch.zeros(0, 4)] * 2, torch.ones(1, 4, 4, dtype=torch.bool))


def test_nothing_of_the_arguments_is_changed():
    boxes = random_boxes((20, 30))
    before = [b.clone() for b in boxes]
    visible = GridDraw(front_ratio=0.7)(boxes, (20, 30), seeded())
    mask = visible.clone()
    shrink_boxes(boxes, visible)
    pairs = itertools.chain(zip(boxes, before, strict=True), [(visible, mask)])
    assert all(torch.equal(a, b) for a, b in pairs)
