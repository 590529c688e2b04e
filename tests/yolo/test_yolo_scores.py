"""The same detections score the same in Ultralytics' evaluator and in COCO's, which mmdet calls."""

import contextlib
import io

import numpy as np
import pytest
import torch
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from ultralytics.models.yolo.detect import DetectionValidator

CLASSES = 3


def draw(rng, count):
    """Boxes xyxy of ``count`` objects in a 640 px picture, and their classes."""
    corner, size = rng.uniform(0, 500, (count, 2)), rng.uniform(40, 140, (count, 2))
    return np.concatenate([corner, corner + size], 1), rng.integers(0, CLASSES, count)


def make_pictures(count=150):
    """Truth and detections: most objects found, loosely, some missed, some invented."""
    rng = np.random.default_rng(0)
    for _ in range(count):
        boxes, labels = draw(rng, int(rng.integers(1, 8)))
        found = rng.random(len(boxes)) < 0.8
        close = boxes[found] + rng.normal(0, 6, (found.sum(), 4))
        invented, wrong = draw(rng, int(rng.integers(0, 4)))
        scores = np.concatenate([rng.uniform(0.3, 1, found.sum()), rng.uniform(0, 0.7, len(wrong))])
        guesses = np.concatenate([close, invented]), scores, np.concatenate([labels[found], wrong])
        yield boxes, labels, guesses


def score_ultralytics(pictures, folder):
    validator = DetectionValidator(save_dir=folder, args=dict(model='none', plots=False))
    validator.metrics.names = {i: str(i) for i in range(CLASSES)}
    for boxes, labels, (guesses, scores, classes) in pictures:
        order = scores.argsort()[::-1].copy()
        pred = dict(bboxes=torch.tensor(guesses[order]), cls=torch.tensor(classes[order]))
        truth = dict(bboxes=torch.tensor(boxes), cls=torch.tensor(labels))
        matched = validator._process_batch(pred, truth)
        stats = dict(target_cls=labels, target_img=np.unique(labels), im_name='')
        stats |= dict(conf=scores[order], pred_cls=classes[order])
        validator.metrics.update_stats(matched | stats)
    validator.metrics.process()
    return 100 * validator.metrics.box.map50, 100 * validator.metrics.box.map


def score_coco(pictures):
    def rows(index, boxes, classes):
        sizes = boxes[:, 2:] - boxes[:, :2]
        for (x, y), (w, h), label in zip(boxes[:, :2], sizes, classes, strict=True):
            yield dict(image_id=index, category_id=int(label), bbox=[x, y, w, h], area=w * h)

    truth, guesses = [], []
    for index, (boxes, labels, (found, scores, classes)) in enumerate(pictures):
        truth += [row | dict(iscrowd=0) for row in rows(index, boxes, labels)]
        scored = zip(rows(index, found, classes), scores, strict=True)
        guesses += [row | dict(score=float(score)) for row, score in scored]
    coco = COCO()
    coco.dataset = dict(
        images=[dict(id=i) for i in range(len(pictures))],
        annotations=[row | dict(id=i + 1) for i, row in enumerate(truth)],
        categories=[dict(id=i) for i in range(CLASSES)],
    )
    with contextlib.redirect_stdout(io.StringIO()):
        coco.createIndex()
        evaluation = COCOeval(coco, coco.loadRes(guesses), 'bbox')
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return 100 * evaluation.stats[1], 100 * evaluation.stats[0]


def test_both_evaluators_agree_within_half_a_point(tmp_path):
    pictures = list(make_pictures())
    ours, coco = score_ultralytics(pictures, tmp_path), score_coco(pictures)
    assert 50 < coco[0] < 95 and 20 < coco[1] < coco[0] - 10  # neither trivial
    assert ours == pytest.approx(coco, abs=0.5)
