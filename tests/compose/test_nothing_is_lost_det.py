"""What a stock detector's config does to a batch, and what it switches, is done to all views alike."""

import copy
import json

import numpy as np
import pytest
import torch
from mmdet.engine.hooks import PipelineSwitchHook, YOLOXModeSwitchHook
from mmengine.logging import MessageHub
from mmengine.registry import init_default_scope

from compose_toy import two_lines, write_images
from det_toy import batch_of, build_paired
from wiid_plugins.compose import compose
from wiid_plugins.registry import DATASETS, MODELS

YOLOX = 'mmdet::yolox/yolox_tiny_8xb8-300e_coco.py'
RTMDET = 'mmdet::rtmdet/rtmdet_tiny_8xb32-300e_coco.py'


def views_of(stock, **wiid):
    init_default_scope('mmdet')
    cfg = compose(two_lines(stock, **(dict(enhance=None, aux=None) | wiid)))
    return MODELS.build(cfg.model.data_preprocessor)


def run(views, size=None, seed=0):
    MessageHub.get_current_instance().update_info('iter', 0)
    for augment in views.stock.batch_augments or ():
        augment._input_size = size
    torch.manual_seed(seed)
    return views(batch_of(dark=True), training=True)


def hidden(view, grey=114.0):
    return (view == grey).all(1)


def test_all_views_boxes_and_masks_are_resized_alike():
    views = views_of(YOLOX, mask=dict(num_blocks=4, front_ratio=0.0, back_ratio=0.5))
    plain, resized = run(views), run(views, size=(96, 128))
    for before, after in zip(plain['inputs'], resized['inputs'], strict=True):
        assert before.shape[2:] == (64, 64) and after.shape[2:] == (96, 128)
    for before, after in zip(plain['data_samples'], resized['data_samples'], strict=True):
        boxes = before.gt_instances.bboxes * torch.tensor([2.0, 1.5, 2.0, 1.5])
        torch.testing.assert_close(after.gt_instances.bboxes, boxes)
        assert after.batch_input_shape == (96, 128)
    small, large = hidden(plain['inputs'].night), hidden(resized['inputs'].night)
    wide = small.repeat_interleave(3, 1)[:, ::2].repeat_interleave(2, 2)
    assert 0.05 < small.float().mean() < 0.6
    assert torch.equal(large, wide)
    assert hidden(resized['inputs'].day)[large].all()


@pytest.mark.parametrize(
    'stock, grey', [(YOLOX, 114.0), ('mmdet::retinanet/retinanet_r50_fpn_1x_coco.py', 0.0)]
)
@pytest.mark.parametrize('fill', ['mean', 'token'])
def test_what_is_hidden_has_the_mean_colour(stock, grey, fill):
    views = views_of(stock, mask=dict(back_ratio=0.5, fill=fill))
    found = run(views)['inputs']
    masked = hidden(found.night, grey)  # by day some pixels are as grey of themselves
    assert masked.float().mean() > 0.05
    assert hidden(found.day, grey)[masked].all()
    if grey:
        assert hidden(found.day, 0.0).float().mean() == 0


def day_and_dark(stock, folder):
    """The composed training set of a stock config, on two small images and a dark one."""
    write_images(folder / 'train', 2, (48, 64))
    write_images(folder / 'dark', 1, (48, 64))
    boxes = [dict(id=i, image_id=i, category_id=1, bbox=[8, 8, 30, 30]) for i in (0, 1)]
    images = [dict(id=i, file_name=f'{i}.png', width=64, height=48) for i in (0, 1)]
    content = dict(
        images=images,
        annotations=[{**b, 'area': 900, 'iscrowd': 0} for b in boxes],
        categories=[dict(id=1, name='person')],
    )
    (folder / 'train.json').write_text(json.dumps(content))
    cfg = two_lines(stock, dark=str(folder / 'dark'))
    dataset = cfg.train_dataloader.dataset
    dataset.get('dataset', dataset).update(
        data_root='',
        ann_file=str(folder / 'train.json'),
        data_prefix=dict(img=str(folder / 'train')),
        metainfo=dict(classes=('person',)),
    )
    init_default_scope('mmdet')
    cfg = compose(cfg)
    return DATASETS.build(cfg.train_dataloader.dataset), cfg


class Loader:
    persistent_workers = False

    def __init__(self, dataset):
        self.dataset = dataset


def runner_of(dataset, model, epoch=0):
    attributes = dict(
        model=model,
        train_dataloader=Loader(dataset),
        epoch=epoch,
        max_epochs=epoch + 1,
        logger=type('Log', (), dict(info=lambda *_: None))(),
    )
    return type('Runner', (), attributes)()


def test_yolox_ends_its_mosaic_beside_dark_images(tmp_path):
    dataset, _ = day_and_dark(YOLOX, tmp_path)
    model = build_paired('retinanet')
    np.random.seed(0)
    assert set(dataset[0]) == {'inputs', 'data_samples', 'dark'}
    YOLOXModeSwitchHook(num_last_epochs=15).before_train_epoch(runner_of(dataset, model))
    assert dataset.dataset._skip_type_keys == ('Mosaic', 'RandomAffine', 'MixUp')
    assert model.model.bbox_head.use_l1
    assert set(dataset[0]) == {'inputs', 'data_samples', 'dark'}


def test_rtmdet_switches_the_pipeline_of_the_day_alone(tmp_path):
    dataset, cfg = day_and_dark(RTMDET, tmp_path)
    (switch,) = (h for h in cfg.custom_hooks if h.type == 'PipelineSwitchHook')
    before = copy.copy(dataset.dark.pipeline)
    hook = PipelineSwitchHook(switch.switch_epoch, switch.switch_pipeline)
    hook.before_train_epoch(runner_of(dataset, None, epoch=switch.switch_epoch))
    names = [type(step).__name__ for step in dataset.dataset.pipeline.transforms]
    assert 'CachedMosaic' not in names and 'RandomResize' in names
    assert dataset.dark.pipeline.transforms == before.transforms
    assert dataset[0]['dark'].shape == dataset[0]['inputs'].shape == (3, 640, 640)


def test_frozen_stages_stay_frozen():
    cfg = compose(two_lines('mmdet::retinanet/retinanet_r50_fpn_1x_coco.py'))
    init_default_scope('mmdet')
    cfg.model.detector.backbone.init_cfg = None
    backbone = MODELS.build(cfg.model).train().model.backbone
    norms = [m for m in backbone.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert len(norms) == 53 and not any(m.training for m in norms)  # norm_eval
    assert not any(p.requires_grad for p in backbone.layer1.parameters())
    assert all(p.requires_grad for p in backbone.layer2.parameters())
