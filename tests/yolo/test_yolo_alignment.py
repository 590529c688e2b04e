"""Day view, night view and boxes stay aligned through all augmentation."""

import pytest
import torch
from ultralytics.utils.ops import xywh2xyxy

from wiid_plugins.ops.regions import boxes_to_mask
from wiid_plugins.yolo.trainer import PairedDetectionTrainer
from wiid_plugins.yolo.views import GREY
from yolo_toy import overrides_of, write_set

ALL_ON = dict(mosaic=1.0, mixup=0.5, scale=0.5, translate=0.1, fliplr=0.5, flipud=0.5)
JITTER = dict(hsv_h=0.015, hsv_s=0.7, hsv_v=0.4)
LITTLE_NOISE = dict(
    exposure=(0.2, 0.3), red=(1, 1), blue=(1, 1), veil=(0, 0), shot_noise=(1e-6, 1e-6)
)
VIEWS = dict(darken=LITTLE_NOISE, enhance={}, aux=None)


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    return write_set(tmp_path_factory.mktemp('set'), size=(96, 128))


def batches(root, epochs=4, **wiid):
    """Yield batches as the model gets them."""
    overrides = overrides_of(root, VIEWS | wiid, imgsz=128, **ALL_ON, **JITTER)
    trainer = PairedDetectionTrainer(overrides=overrides)
    trainer._setup_train()
    for _ in range(epochs):
        for batch in trainer.train_loader:
            yield trainer.preprocess_batch(batch)


def boxes_of(batch, label, grow):
    """Mask of the boxes of a class, grown by some pixels: ``(N, H, W)``."""
    boxes = xywh2xyxy(batch['bboxes']) * 128
    boxes = boxes + torch.tensor([-grow, -grow, grow, grow])
    mine = batch['cls'].flatten() == label
    owner = batch['batch_idx']
    per_image = [boxes[mine & (owner == i)] for i in range(len(batch['img']))]
    return boxes_to_mask(per_image, (128, 128))


def colours(view):
    """Mark where red, green or blue stands out: ``(N, 3, H, W)`` bool."""
    top = view.max(1, keepdim=True).values
    second = view.sort(1).values[:, 1:2]
    return (view == top) & (top - second > 0.03)


def found_inside(view, batch):
    """Share of the pixels that only boxes of one class cover which have the colour of that class."""
    inner = torch.stack([boxes_of(batch, label, -2) for label in range(3)], 1)
    whole = torch.stack([boxes_of(batch, label, 2) for label in range(3)], 1)
    single = inner & (whole.sum(1, keepdim=True) == 1)
    assert single.sum() > 500
    return float((colours(view) & single).sum() / single.sum())


def found_outside(view, batch):
    """Share of the coloured pixels that no box of their class covers."""
    whole = torch.stack([boxes_of(batch, label, 2) for label in range(3)], 1)
    painted = colours(view)
    return float((painted & ~whole).sum() / painted.sum())


def test_every_box_is_found_in_its_colour_in_both_views(root):
    for batch in batches(root):
        for view in (batch['img'], batch['night']):
            assert found_inside(view, batch) > 0.98 and found_outside(view, batch) < 0.05
        moved = batch['night'].roll(12, -1)
        assert found_inside(moved, batch) < 0.8  # the measure notices a shift of a tenth


def test_the_night_view_is_another_light_of_the_same_picture(root):
    batch = next(batches(root, enhance=None))
    assert batch['night'].mean() < 0.6 * batch['img'].mean()
    assert batch['night'].min() >= 0 and batch['night'].max() <= 1


def test_masks_hide_the_same_background_in_both_views_and_no_box(root):
    for batch in batches(root, mask=dict(num_blocks=5, front_ratio=0.0, back_ratio=1.0)):
        day, night = ((batch[k] == GREY).all(1) for k in ('img', 'night'))
        assert torch.equal(day & night, night) and night.any()
        boxes = torch.stack([boxes_of(batch, label, -1) for label in range(3)], 1).any(1)
        assert not (night & boxes).any()
        for view in (batch['img'], batch['night']):
            assert found_inside(view, batch) > 0.98
