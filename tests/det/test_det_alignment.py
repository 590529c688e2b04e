"""Boxes, twins and masks lie on each other after mosaic, mixup, affine and flip."""

import copy
import json

import cv2
import pytest
import torch
from mmdet.registry import DATASETS
from mmdet.utils import register_all_modules
from mmengine.dataset import pseudo_collate
from mmengine.runner import set_random_seed

from det_toy import COLOURS, NAMES, draw_picture, stock_config
from wiid_plugins.det import PairedDetPreprocessor
from wiid_plugins.det.preprocessor import shrunk

SIDE = 96
PIPELINE = [
    dict(type='Mosaic', img_scale=(SIDE, SIDE), pad_val=114.0),
    dict(
        type='RandomAffine',
        max_rotate_degree=0.0,
        max_shear_degree=0.0,
        scaling_ratio_range=(0.7, 1.3),
        border=(-SIDE // 2, -SIDE // 2),
    ),
    dict(type='MixUp', img_scale=(SIDE, SIDE), ratio_range=(0.9, 1.1), pad_val=114.0),
    dict(type='RandomFlip', prob=0.5),
    dict(type='FilterAnnotations', min_gt_bbox_wh=(1, 1), keep_empty=False),
    dict(type='PackDetInputs'),
]


def write_coco(folder, n=8):
    """Painted pictures as COCO: green boxes alone, which darkening and mixing leave green."""
    (folder / 'images').mkdir(parents=True)
    images, annotations = [], []
    for number in range(n):
        picture, boxes, _ = draw_picture((SIDE, SIDE), 3, seed=number)
        for x1, y1, x2, y2 in boxes.astype(int).tolist():
            picture[y1:y2, x1:x2] = COLOURS[1]
            box = dict(bbox=[x1, y1, x2 - x1, y2 - y1], area=(x2 - x1) * (y2 - y1), iscrowd=0)
            box |= dict(id=len(annotations) + 1, image_id=number, category_id=2)
            annotations.append(box)
        cv2.imwrite(str(folder / 'images' / f'{number}.png'), picture)
        images.append(dict(id=number, file_name=f'{number}.png', width=SIDE, height=SIDE))
    categories = [dict(id=i + 1, name=name) for i, name in enumerate(NAMES)]
    content = dict(images=images, annotations=annotations, categories=categories)
    (folder / 'ann.json').write_text(json.dumps(content))
    return folder


def dataset(folder):
    register_all_modules()
    load = [dict(type='wiid_plugins.LoadImage'), dict(type='LoadAnnotations', with_bbox=True)]
    coco = dict(
        type='CocoDataset',
        data_root=str(folder),
        ann_file='ann.json',
        data_prefix=dict(img='images/'),
        metainfo=dict(classes=NAMES),
        pipeline=load,
    )
    return DATASETS.build(dict(type='MultiImageMixDataset', dataset=coco, pipeline=PIPELINE))


def green(picture):
    """How much greener than its other channels each pixel of ``(3, H, W)`` RGB is."""
    return picture[1] - torch.maximum(picture[0], picture[2])


def overlap(mask, boxes):
    """Share of the mask that lies in a box, and share of the boxes that the mask fills."""
    area = torch.zeros_like(mask)
    for x1, y1, x2, y2 in boxes.round().int().tolist():
        area[y1:y2, x1:x2] = True
    both = (mask & area).sum()
    return float(both / mask.sum()), float(both / area.sum())


@pytest.fixture(scope='module')
def batch(tmp_path_factory):
    set_random_seed(0)
    data = dataset(write_coco(tmp_path_factory.mktemp('aligned')))
    return pseudo_collate([data[i] for i in range(8)])


def test_the_colour_of_a_box_is_found_inside_it_in_both_views_and_not_outside(batch):
    views = PairedDetPreprocessor(
        stock_config('retinanet')[1],
        darken=dict(exposure=(0.1, 0.2), shot_noise=(1e-6, 1e-5)),
        enhance=dict(target=0.5),
    )
    drawn = views.draw(copy.deepcopy(batch))
    found = 0
    for index, sample in enumerate(batch['data_samples']):
        boxes = sample.gt_instances.bboxes.tensor
        found += len(boxes)
        for view in (drawn.day, drawn.night):
            inside, filled = overlap(green(view[index]) > 0.12, boxes)
            assert inside > 0.95 and filled > 0.85, (index, inside, filled)
    assert found > 16


def test_the_target_is_where_the_colour_is_and_masking_moves_nothing(batch):
    views = PairedDetPreprocessor(
        stock_config('retinanet')[1], darken=dict(), grid=dict(front_ratio=0.4, back_ratio=0.4)
    )
    torch.manual_seed(0)
    drawn = views.draw(copy.deepcopy(batch))
    samples = shrunk(copy.deepcopy(batch['data_samples']), drawn.visible)
    packed = views.pack(drawn, samples)
    mean = views.stock.mean / 255
    day = packed['inputs'].day * views.stock.std / 255 + mean
    hidden = 0
    for index, sample in enumerate(packed['data_samples']):
        coloured = green(drawn.day[index]) > 0.12
        assert float((coloured & drawn.target[index]).sum() / coloured.sum()) > 0.95
        boxes = sample.gt_instances.bboxes
        shown = green(day[index, :, :SIDE, :SIDE]) > 0.12
        assert float((shown & ~coloured).sum()) == 0
        hidden += int((coloured & ~shown).sum())
        inside, _ = overlap(shown, boxes)
        assert inside > 0.95
    assert hidden > 500
