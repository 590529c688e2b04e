"""Suppression keeps the boxes that the definition keeps, in the same order."""

import numpy as np
import pytest
import torch
from mmcv.ops import batched_nms, nms, nms_match, soft_nms


def make_boxes(number, seed=0):
    random = np.random.default_rng(seed)
    corner, size = random.uniform(0, 40, (number, 2)), random.uniform(1, 30, (number, 2))
    boxes = np.concatenate([corner, corner + size], 1)
    return boxes.astype(np.float32), random.permutation(number).astype(np.float32) / number


def iou(a, b, offset=0):
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]) + offset)
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]) + offset)
    area = [(x[2] - x[0] + offset) * (x[3] - x[1] + offset) for x in (a, b)]
    return width * height / (area[0] + area[1] - width * height)


def by_definition(boxes, scores, threshold, offset=0):
    kept = []
    for i in np.argsort(-scores):
        if all(iou(boxes[i], boxes[k], offset) <= threshold for k in kept):
            kept.append(i)
    return kept


@pytest.mark.parametrize('offset', [0, 1])
@pytest.mark.parametrize('threshold', [0.1, 0.3, 0.6])
def test_nms_keeps_what_the_definition_keeps(threshold, offset):
    boxes, scores = make_boxes(80)
    dets, kept = nms(torch.tensor(boxes), torch.tensor(scores), threshold, offset)
    wanted = by_definition(boxes.astype(np.float64), scores, threshold, offset)
    assert kept.tolist() == wanted and len(wanted) < 80
    np.testing.assert_array_equal(dets, np.column_stack([boxes, scores])[wanted])


def test_nms_options_of_mmcv_work():
    boxes, scores = make_boxes(80)
    _, every = nms(boxes, scores, 0.5)
    _, best = nms(boxes, scores, 0.5, score_threshold=0.3, max_num=4)
    assert best.tolist() == every[:4].tolist()
    assert nms(boxes[:0], scores[:0], 0.5)[1].shape == (0,)


def test_nms_of_classes_leaves_other_classes_alone():
    boxes, scores = map(torch.tensor, make_boxes(40))
    kind = torch.arange(40) % 2
    _, kept = batched_nms(boxes, scores, kind, dict(type='nms', iou_threshold=0.3))
    for k in (0, 1):
        own = torch.nonzero(kind == k)[:, 0]
        wanted = by_definition(boxes[own].double().numpy(), scores[own].numpy(), 0.3)
        assert [i for i in kept.tolist() if i % 2 == k] == own[wanted].tolist()


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_nms_takes_half_precision(dtype):
    boxes, scores = (torch.tensor(x).to(dtype) for x in make_boxes(40))
    whole = nms(boxes.float(), scores.float(), 0.5)[1]
    assert nms(boxes, scores, 0.5)[1].tolist() == whole.tolist()


def soft_by_definition(boxes, scores, threshold, sigma, least, method, offset):
    left, rest, kept = dict(enumerate(scores)), set(range(len(boxes))), []
    while rest:
        best = max(rest, key=left.get)
        rest.remove(best)
        kept.append((best, left[best]))
        for i in list(rest):
            overlap = iou(boxes[best], boxes[i], offset)
            if method == 'gaussian':
                left[i] *= np.exp(-(overlap**2) / sigma)
            elif overlap >= threshold:
                left[i] *= {'naive': 0, 'linear': 1 - overlap}[method]
            if left[i] < least:
                rest.remove(i)
    return kept


@pytest.mark.parametrize('offset', [0, 1])
@pytest.mark.parametrize('method', ['naive', 'linear', 'gaussian'])
def test_soft_nms_lowers_scores_as_the_definition_does(method, offset):
    boxes, scores = make_boxes(60)
    args = 0.3, 0.5, 0.05, method, offset
    dets, kept = soft_nms(torch.tensor(boxes), torch.tensor(scores), *args)
    wanted = soft_by_definition(boxes.astype(float), scores.astype(float), *args)
    assert kept.tolist() == [i for i, _ in wanted] and len(wanted) < 60
    np.testing.assert_allclose(dets[:, 4], [s for _, s in wanted], atol=1e-5)
    np.testing.assert_array_equal(dets[:, :4], boxes[kept])


def test_nms_match_groups_each_box_with_the_best_that_it_overlaps():
    boxes, scores = make_boxes(60)
    groups = nms_match(torch.tensor(np.column_stack([boxes, scores])), 0.4)
    best = [int(g[0]) for g in groups]
    assert best == by_definition(boxes.astype(float), scores, 0.4)
    assert sorted(int(i) for g in groups for i in g) == list(range(60))
    for group in groups:
        for i in group[1:]:
            first = next(k for k in best if iou(boxes[k], boxes[i]) >= 0.4)
            assert first == group[0]
        assert (np.diff(scores[group.tolist()]) < 0).all()
