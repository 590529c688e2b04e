"""A whole run through mmengine's Runner: two iterations, validation by domain, a checkpoint, a test."""

import cv2
import numpy as np
import pytest
import torch
from mmengine.runner import Runner

from det_scenes import CLASSES, smoke, write_scenes
from tools import export_plain
from wiid_plugins.compose.own import nodes


@pytest.fixture(scope='module')
def scenes(tmp_path_factory):
    root = tmp_path_factory.mktemp('scenes')
    write_scenes(root)
    return root


def test_a_run_trains_validates_saves_and_tests_by_day_and_night(scenes, tmp_path):
    config = smoke(scenes, tmp_path)
    runner = Runner.from_cfg(config)
    slow = runner.model.target.average.state_dict()
    before = {k: v.clone() for k, v in slow.items()}
    validated = runner.train() and runner.message_hub.log_scalars
    assert runner.iter == 2
    assert any(not torch.equal(v, before[k]) for k, v in slow.items())
    assert {'train/loss_byol', 'train/loss_mmd', 'train/loss_cls'} <= set(validated)
    for domain in ('day', 'night_enhanced'):
        assert f'val/{domain}/coco/bbox_mAP_50' in validated

    checkpoint = torch.load(tmp_path / 'epoch_1.pth', weights_only=False)
    assert checkpoint['meta']['wiid']['setting'] == 'unsupervised'
    assert export_plain.main([str(tmp_path / 'epoch_1.pth'), str(tmp_path / 'plain.pth')]) == 0

    scores = runner.test()
    domains = ('day', 'day_enhanced', 'night', 'night_enhanced')
    assert {f'{d}/coco/bbox_mAP{s}' for d in domains for s in ('', '_50')} <= set(scores)
    assert {f'{d}/coco/{c}_precision' for d in domains for c in CLASSES} <= set(scores)


def test_perfect_detections_score_full_in_every_domain(scenes, tmp_path):
    """Each domain is scored against its own annotations, on its own pictures."""
    runner = Runner.from_cfg(smoke(scenes, tmp_path))
    loader, evaluator = (
        runner.build_dataloader(runner.cfg.test_dataloader),
        runner.build_evaluator(runner.cfg.test_evaluator),
    )
    evaluator.dataset_meta = loader.dataset.metainfo
    for batch in loader:
        for sample in batch['data_samples']:
            found = sample.gt_instances.clone()
            scale = found.bboxes.tensor.new_tensor(sample.scale_factor).repeat(2)
            found.bboxes = found.bboxes.tensor / scale
            wrong = 'test_day' in sample.img_path
            found.labels = (found.labels + 1) % 4 if wrong else found.labels
            found.scores = torch.ones(len(found))
            sample.pred_instances = found
        evaluator.process(data_samples=batch['data_samples'], data_batch=batch)
    scores = evaluator.evaluate(len(loader.dataset))
    assert scores['night/coco/bbox_mAP_50'] == scores['night_enhanced/coco/bbox_mAP'] == 1
    assert np.isclose(scores['day/coco/bbox_mAP_50'], 0)


def test_pictures_of_a_test_lie_by_domain_as_the_detector_saw_them_at_their_files_size(
    scenes, tmp_path
):
    config = smoke(scenes, tmp_path)
    for node in nodes(config._cfg_dict):
        if node.get('type') == 'Resize':
            node['scale'] = (32, 32)
    config.default_hooks.visualization.update(draw=True, test_out_dir='shown')
    Runner.from_cfg(config).test()
    drawn = {
        folder.name: {file.name: cv2.imread(str(file)) for file in folder.iterdir()}
        for folder in tmp_path.glob('*/shown/*')
    }
    assert set(drawn) == {'day', 'day_enhanced', 'night', 'night_enhanced'}
    for pictures in drawn.values():
        assert set(pictures) == {'0.png', '1.png'}
        assert all(p.shape == (48, 2 * 48, 3) for p in pictures.values())  # truth | detections
    raw = cv2.imread(str(scenes / 'images' / 'test_day' / '0.png'))
    floor = {domain: p['0.png'][-6:, :48].mean() for domain, p in drawn.items()}  # below the boxes
    assert abs(floor['day'] - raw[-6:].mean()) < 5
    assert floor['night'] < 30 < 60 < floor['night_enhanced']
