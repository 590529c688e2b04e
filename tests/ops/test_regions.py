"""Region-dependent masking: what is marked, drawn, shown and blacked out."""

import itertools

import numpy as np
import pytest
import torch

from pictures import seeded
from wiid_plugins.ops.regions import (
    RegionDraw,
    boxes_to_mask,
    draw_blocks,
    most_salient,
    show_only,
    visible_part,
)

SIZES = [(32, 32), (24, 61), (61, 24), (7, 5), (224, 224)]


def runs(line):
    """Lengths of the runs of equal values."""
    return [len(list(group)) for _, group in itertools.groupby(line.tolist())]


@pytest.mark.parametrize('keep', [0.0, 0.25, 0.4, 0.5, 1.0])
def test_most_salient_marks_the_asked_share(keep):
    maps = torch.rand(3, 20, 30, generator=seeded())
    marked = most_salient(maps, torch.full((3,), keep))
    assert marked.dtype == torch.bool and marked.shape == maps.shape
    assert (marked.sum((1, 2)) == max(round(keep * 600), 1)).all()
    for values, inside in zip(maps, marked, strict=True):
        assert inside.all() or values[inside].min() > values[~inside].max()


def test_most_salient_takes_a_share_per_map_and_marks_all_equals():
    maps = torch.rand(3, 10, 10, generator=seeded())
    marked = most_salient(maps, torch.tensor([0.1, 0.5, 0.9]))
    assert marked.sum((1, 2)).tolist() == [10, 50, 90]
    assert most_salient(torch.ones(1, 4, 4), torch.tensor([0.5])).all()


def test_boxes_are_rasterised_pixel_by_pixel():
    rng, size = np.random.default_rng(0), (11, 17)
    boxes = [np.sort(rng.uniform(-3, 20, (n, 2, 2)), 1).reshape(n, 4) for n in (3, 1, 0, 5)]
    got = boxes_to_mask([torch.from_numpy(b).float() for b in boxes], size)
    expected = np.zeros((4, *size), bool)
    for image, row, column in np.ndindex(expected.shape):
        x, y = column + 0.5, row + 0.5
        for x1, y1, x2, y2 in boxes[image].astype(np.float32):
            expected[image, row, column] |= bool(x1 <= x < x2 and y1 <= y < y2)
    assert expected.any() and not expected.all()
    np.testing.assert_array_equal(got.numpy(), expected)


def test_a_whole_pixel_box_covers_exactly_its_pixels():
    for box in ([2, 1, 5, 4], [1.5, 0.5, 4.5, 3.5]):  # a centre on an edge: the left or upper one
        mask = boxes_to_mask([torch.tensor([box])], (6, 8))[0]
        row, column = int(box[1]), int(box[0])
        assert mask[row : row + 3, column : column + 3].all() and mask.sum() == 9


@pytest.mark.parametrize('size', SIZES)
@pytest.mark.parametrize('cover', [0.0, 0.3, 0.55, 1.0])
def test_blocks_cover_the_wanted_share_to_within_one_block(size, cover):
    block = (0.2, 0.2)
    side = max(round(0.2 * max(size)), 1)
    share = draw_blocks(16, size, block, (cover, cover), seeded()).float().mean((1, 2))
    one = min(side, size[0]) * min(side, size[1]) / (size[0] * size[1])
    assert ((share - cover).abs() <= one).all()


def test_blocks_are_squares_on_a_grid_of_one_pitch():
    pitch = 8
    for mask in draw_blocks(20, (56, 72), (pitch / 72, pitch / 72), (0.4, 0.6), seeded()):
        inside = []
        for lines in (mask, mask.T):
            changes = {int(c) for line in lines for c in (line[1:] != line[:-1]).nonzero()}
            assert len({c % pitch for c in changes}) == 1  # all edges on one grid
            inside += [r for line in lines for r in runs(line)[1:-1]]
        assert inside and all(r % pitch == 0 for r in inside) and min(inside) == pitch


def test_sides_are_drawn_between_the_bounds():
    sides = set()
    for mask in draw_blocks(60, (100, 100), (0.1, 0.2), (0.3, 0.3), seeded()):
        inside = [r for line in mask for r in runs(line)[1:-1]]
        sides.add(min(inside))
    assert min(sides) >= 10 and max(sides) <= 20 and len(sides) > 4


def test_blocks_repeat_under_a_generator_and_differ_between_images():
    first, again = (draw_blocks(6, (40, 40), (0.1, 0.3), (0.5, 0.5), seeded(1)) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, draw_blocks(6, (40, 40), (0.1, 0.3), (0.5, 0.5), seeded(2)))
    assert all(not torch.equal(a, b) for a, b in itertools.combinations(first, 2))


def test_every_grid_that_can_be_drawn_fits():
    for longer, low in itertools.product(range(1, 40), (0.001, 0.1, 1 / 3, 0.5, 0.7, 1.0)):
        mask = draw_blocks(8, (longer, max(longer // 2, 1)), (low, low), (1.0, 1.0), seeded(longer))
        assert mask.shape == (8, longer, max(longer // 2, 1))


def test_visible_part_truth_table():
    target, erased, patched = torch.tensor(list(itertools.product([False, True], repeat=3))).T
    expected = [(t and not e) or (not t and p) for t, e, p in itertools.product([0, 1], repeat=3)]
    cube = [v.view(2, 2, 2) for v in (target, erased, patched)]
    assert visible_part(*cube).flatten().tolist() == [bool(v) for v in expected]


@pytest.mark.parametrize('dtype', [torch.float32, torch.half])
def test_show_only_blackens_exactly_what_is_not_visible(dtype):
    images = torch.rand(4, 3, 9, 13, generator=seeded()).clamp_min(0.01).to(dtype)
    visible = torch.rand(4, 9, 13, generator=seeded(1)) < 0.5
    before, shown = images.clone(), show_only(images, visible)
    everywhere = visible[:, None].expand_as(images)
    assert torch.equal(shown[everywhere], images[everywhere]) and (shown[~everywhere] == 0).all()
    assert shown.dtype == dtype and torch.equal(images, before)


def test_all_frames_of_a_clip_get_the_same_blocks():
    clip = torch.rand(2, 3, 5, 8, 10, generator=seeded()).clamp_min(0.01)
    visible = torch.rand(2, 8, 10, generator=seeded(1)) < 0.5
    shown = show_only(clip, visible)
    for frame in range(5):
        assert torch.equal(shown[:, :, frame], show_only(clip[:, :, frame], visible))


def make_target(n, size):
    target = torch.zeros(n, *size, dtype=torch.bool)
    target[:, size[0] // 4 : size[0] * 3 // 4, size[1] // 3 :] = True
    return target


@pytest.mark.parametrize('size', SIZES)
def test_highlighting_alone_shows_the_target_and_nothing_else(size):
    target = make_target(8, size)
    assert torch.equal(RegionDraw(highlight=1, blocks=0)(target, seeded()), target)


@pytest.mark.parametrize('size', SIZES)
def test_zero_probabilities_show_everything(size):
    assert RegionDraw(highlight=0, blocks=0)(make_target(8, size), seeded()).all()


@pytest.mark.parametrize('size', SIZES[:3])
def test_blocks_erase_inside_and_patch_outside(size):
    target = make_target(64, size)
    visible = RegionDraw(highlight=0, blocks=1, erase=(0.7, 0.7), patch=(0.2, 0.2))(
        target, seeded()
    )
    # Blocks of a seventh to a quarter of the longer side: the mean over 64 draws is near.
    assert float(visible[target].float().mean()) == pytest.approx(0.3, abs=0.06)
    assert float(visible[~target].float().mean()) == pytest.approx(0.2, abs=0.06)


def test_kinds_come_with_their_probabilities():
    target = make_target(3000, (12, 12))
    visible = RegionDraw(highlight=0.2, blocks=0.5)(target, seeded())
    whole = visible.flatten(1).all(1).float().mean()
    alone = (visible == target).flatten(1).all(1).float().mean()
    assert float(whole) == pytest.approx(0.3, abs=0.03)
    assert float(alone) == pytest.approx(0.2, abs=0.03)


def test_draw_repeats_under_a_generator_and_is_made_per_image():
    target = make_target(32, (24, 24))
    first = RegionDraw(blocks=0.9)(target, seeded(1))
    assert torch.equal(first, RegionDraw(blocks=0.9)(target, seeded(1)))
    assert len({m.numpy().tobytes() for m in first}) > 20


@pytest.mark.parametrize('kinds', [(-0.1, 0.5), (0.5, -0.1), (0.6, 0.5), (0.0, 1.1)])
def test_bad_probabilities_are_refused(kinds):
    with pytest.raises(ValueError, match='probabilities with a sum of at most 1, got'):
        RegionDraw(*kinds)
