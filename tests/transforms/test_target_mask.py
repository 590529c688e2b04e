"""TargetMask in a pipeline: the device's equations, on one picture."""

import numpy as np
import pytest
import torch

from pictures import draw_picture, rgb_unit, seeded
from wiid_plugins.ops.saliency import SaliencyTarget
from wiid_plugins.transforms import TargetMask


@pytest.mark.parametrize('size', [(32, 48), (48, 32), (64, 64)])
def test_saliency_equals_the_op_given_the_same_draw(size):
    picture, how = draw_picture(*size), dict(keep=(0.2, 0.6), size=32, center=0.3)
    mask = TargetMask(seed=4, **how)(dict(img=picture, sample_idx=2))['target_mask']
    expected = SaliencyTarget(**how)(rgb_unit(picture), seeded(6))[0]
    assert mask.dtype == np.uint8 and mask.shape == size
    np.testing.assert_array_equal(mask, expected.numpy())


class BoxStructure:
    """Stands for mmdet's ``HorizontalBoxes``."""

    def __init__(self, boxes):
        self.tensor = torch.tensor(boxes)


BOXES = [[2.0, 3.0, 10.0, 9.0], [8.0, 1.0, 14.0, 5.0]]


@pytest.mark.parametrize(
    'boxes', [BOXES, np.array(BOXES), torch.tensor(BOXES), BoxStructure(BOXES)], ids=type
)
def test_boxes_are_marked_whatever_holds_them(boxes):
    mask = TargetMask('boxes')(dict(img=draw_picture(16, 24), gt_bboxes=boxes))['target_mask']
    expected = np.zeros((16, 24), np.uint8)
    expected[3:9, 2:10] = expected[1:5, 8:14] = 1
    assert mask.dtype == np.uint8
    np.testing.assert_array_equal(mask, expected)


@pytest.mark.parametrize('boxes', [[], np.zeros((0, 4), np.float32), BoxStructure([])])
def test_no_box_is_no_target(boxes):
    mask = TargetMask('boxes')(dict(img=draw_picture(16, 24), gt_bboxes=boxes))['target_mask']
    assert mask.shape == (16, 24) and not mask.any()


def test_the_input_is_not_modified():
    picture = draw_picture()
    results, before = dict(img=picture), picture.copy()
    assert 'target_mask' in TargetMask()(results)
    np.testing.assert_array_equal(picture, before)
    assert list(results) == ['img']


def test_a_seed_fixes_the_draw_and_no_seed_draws_anew():
    def masks(transform):
        return [transform(dict(img=draw_picture(), sample_idx=1))['target_mask'] for _ in range(6)]

    fixed = masks(TargetMask(seed=0, keep=(0.1, 0.9)))
    assert all((m == fixed[0]).all() for m in fixed)
    assert len({m.tobytes() for m in masks(TargetMask(keep=(0.1, 0.9)))}) > 1


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="'saliency', 'boxes' or 'gmm', not 'magic'"):
        TargetMask('magic')
