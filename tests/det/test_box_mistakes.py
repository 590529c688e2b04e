"""A confusion matrix of detections, and the images that a detector did worst on."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import SimpleNamespace

import mmdet
import numpy as np
import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from wiid_plugins.visualization import BoxMistakes
from wiid_plugins.visualization.confusion import as_matrix

NAMES = ('a', 'b', 'c')


class Images(list):
    metainfo = dict(classes=NAMES)


def sample_of(true, found, ignored=()):
    """Rows ``label x1 y1 x2 y2`` of truth, and with a score behind of detections."""
    sample = DetDataSample(metainfo=dict(domain='night', ori_shape=(40, 80), img_shape=(20, 40)))
    for name, rows in dict(
        gt_instances=true, ignored_instances=ignored, pred_instances=found
    ).items():
        rows = torch.tensor(rows, dtype=torch.float32).reshape(len(rows), -1 if len(rows) else 6)
        parts = dict(labels=rows[:, 0].long(), bboxes=rows[:, 1:5])
        if name == 'pred_instances':
            parts['scores'] = rows[:, 5]
        setattr(sample, name, InstanceData(**parts))
    return sample


def seen(samples, **kwargs):
    """The hook after a test, and its matrix."""
    hook = BoxMistakes(**kwargs)
    runner = SimpleNamespace(model=None)
    runner.test_dataloader = SimpleNamespace(dataset=Images(samples))
    hook.before_test_epoch(runner)
    pictures = [torch.full((3, 24, 40), i, dtype=torch.uint8) for i in range(len(samples))]
    hook.after_test_iter(runner, 0, dict(inputs=pictures), samples)
    return hook, as_matrix(hook.pairs['night'], 4)


def test_a_case_worked_out_by_hand():
    right, off = [0, 0, 0, 10, 10], [1, 20, 0, 30, 10]
    samples = [
        sample_of([right], [[*right, 0.9]]),  # nothing wrong
        sample_of([right, off], [[0, 0, 0, 10, 9, 0.9], [2, 20, 0, 30, 10, 0.8]]),  # b taken for c
        sample_of([right], [[*right, 0.9], [0, 0, 0, 10, 9, 0.5], [1, 50, 0, 60, 9, 0.2]]),  # twice
        sample_of([right, off], []),  # both missed
        sample_of([], [[1, 50, 0, 60, 9, 0.7]]),  # nothing is there
        sample_of(
            [right], [[*right, 0.9], [1, 51, 1, 59, 9, 0.9]], [[1, 50, 0, 70, 20]]
        ),  # ignored
    ]
    hook, matrix = seen(samples)
    expected = np.zeros((4, 4), int)
    expected[0] = [4, 0, 0, 1]  # truth a: found 4 times, missed once
    expected[1] = [0, 0, 1, 1]
    expected[3] = [1, 1, 0, 0]  # of nothing
    np.testing.assert_array_equal(matrix, expected)
    worst = hook.worst['night'].mistakes()
    # F1 is 0, 0, 1/2 and 2/3; of the first two the one with two wrong boxes is worse
    assert [int(m.picture[0, 0, 0]) for m in worst] == [3, 4, 1, 2]
    assert worst[2].lines[0][0] == '0 missed, 1 wrong, 1 right'
    assert [box.name for box in worst[2].boxes] == ['a 0.90', 'c 0.80']
    np.testing.assert_allclose(worst[2].boxes[1].corners, [0.25, 0, 0.375, 0.25])
    assert worst[0].picture.shape == (40, 80, 3)  # of the file; the padding is cut


@pytest.fixture(scope='module')
def stock():
    """mmdet's own tool."""
    file = Path(mmdet.__file__).parent / '.mim/tools/analysis_tools/confusion_matrix.py'
    spec = spec_from_file_location('stock_confusion', file)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_found_is_that_of_mmdets_tool_and_the_rest_is_missed(stock):
    rng, samples = np.random.default_rng(0), []
    expected, count = np.zeros((4, 4)), np.zeros(3, int)
    for _ in range(40):
        corners = np.stack(
            [np.arange(5) * 16, np.zeros(5), np.arange(5) * 16 + 12, np.full(5, 12)], 1
        )
        labels = rng.integers(0, 3, 5)
        there = rng.random(5) < 0.7
        moved = corners + rng.integers(-2, 3, (5, 4))
        guesses = np.where(rng.random(5) < 0.7, labels, rng.integers(0, 3, 5))
        found = np.c_[guesses, moved, rng.random(5)][rng.random(5) < 0.8]
        true = np.c_[labels, corners][there]
        samples.append(sample_of(true.tolist(), found.tolist()))
        count += np.bincount(labels[there], minlength=3)
        truth = [dict(bbox=row[1:], bbox_label=int(row[0])) for row in true]
        stock.analyze_per_img_dets(expected, truth, samples[-1].pred_instances, 0.3, 0.5)
    _, matrix = seen(samples)
    assert (expected[:, :3] > 0).sum() > 10
    np.testing.assert_array_equal(matrix[:, :3], expected[:, :3])
    # mmdet's counts a box of which the class is wrong as missed, too; here rows add up
    np.testing.assert_array_equal(matrix[:3].sum(1), count)


def test_a_pipeline_without_annotations_gives_nothing():
    sample = sample_of([], [[1, 50, 0, 60, 9, 0.7]])
    sample.gt_instances = InstanceData()
    hook, _ = seen([sample])
    assert not hook.pairs['night'] and not hook.worst
