"""Detectors and clips: day as it is scores as in the toolbox's own test, and the light changes it."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from ultralytics import YOLO
from ultralytics.nn.tasks import DetectionModel

from act_toy import write_clips
from det_scenes import smoke, write_scenes
from tools import night_report
from wiid_plugins.apis.night_report import openmmlab
from wiid_plugins.compose import compose
from wiid_plugins.compose.own import nodes
from wiid_plugins.registry import MODELS
from wiid_plugins.translation import build_darkener, build_enhancer
from wiid_plugins.yolo import night_report as yolo
from wiid_plugins.yolo import test as yolo_test
from yolo_toy import NAMES, write_config, write_set

CLIPS = 'configs/act/i3d-r18_wiid-smoke_1xb4-1e_clips.py'


def test_a_detector_of_mmdet_scores_as_in_its_test(tmp_path):
    write_scenes(tmp_path)
    runner = Runner.from_cfg(smoke(tmp_path, tmp_path / 'work'))
    torch.nn.init.normal_(runner.model.model.bbox_head.retina_cls.weight, std=0.1)
    file = tmp_path / 'some.pth'
    torch.save({'state_dict': runner.model.state_dict()}, file)
    stock = runner.test()
    assert stock['day/coco/bbox_mAP_50'] > 0
    cfg = smoke(tmp_path, tmp_path / 'work')
    day = openmmlab.sets_of(cfg)['day']
    raw = openmmlab.in_light(cfg, day, None, None)
    score = openmmlab.open_model(cfg, file, raw, tmp_path / 'work', 'cpu')
    record = score(raw)
    assert record['scores']['mAP50-95'] == pytest.approx(100 * stock['day/coco/bbox_mAP'])
    assert record['scores']['mAP50'] == pytest.approx(100 * stock['day/coco/bbox_mAP_50'])
    labels = openmmlab.labels_of(cfg, day)
    part = openmmlab.cut(cfg, day, [0], tmp_path / 'part')
    assert openmmlab.labels_of(cfg, part) == labels[:1]
    assert score(openmmlab.in_light(cfg, part, None, None))['images'] == 1
    assert openmmlab.images_of(cfg, part, [0])[0].ndim == 3


def clips_config(root):
    """The smoke config of clips on 32 px ones, as a file would give it."""
    cfg = Config.fromfile(CLIPS, format_python_code=False)
    for node in nodes(cfg._cfg_dict):
        for key in ('ann_file', 'video'):
            if isinstance(node.get(key), str):
                node[key] = node[key].replace('data/clips', str(root))
        if node.get('type') == 'Resize':
            node.scale = (32, 32)
    cfg.wiid.day, cfg.log_level = f'{root}/val.txt', 'WARNING'
    return compose(cfg)


def test_clips_score_and_are_calibrated(tmp_path):
    write_clips(tmp_path)
    cfg = clips_config(tmp_path)
    init_default_scope('mmaction')
    model = MODELS.build({**cfg.model, 'aux': None})
    model.init_weights()
    file = tmp_path / 'some.pth'
    torch.save({'state_dict': model.state_dict()}, file)
    day = openmmlab.sets_of(cfg)['day']
    dark = openmmlab.in_light(cfg, day, dict(exposure=(0.1, 0.1)), dict(target=0.3))
    record = openmmlab.open_model(cfg, file, dark, tmp_path / 'work', 'cpu')(dark)
    assert record['images'] == 2 and 0 <= record['scores']['ECE'] <= 100
    assert np.mean(list(record['classes'].values())) == pytest.approx(record['score'])
    assert openmmlab.images_of(cfg, day, [1])[0].shape[2] == 3


@pytest.fixture(scope='module')
def scenes(tmp_path_factory):
    """A config of Ultralytics, and a detector whose finds by day are the truth by day."""
    root = write_set(tmp_path_factory.mktemp('set'), n=4)
    torch.manual_seed(0)
    model = DetectionModel('yolov5n.yaml', nc=3, verbose=False)
    model.names = dict(enumerate(NAMES))
    head = model.model[-1]
    for boxes, classes in zip(head.cv2, head.cv3, strict=True):
        boxes[-1].bias.data.view(4, -1)[:, 1] = 10  # a cell to each side
        torch.nn.init.normal_(classes[-1].weight, std=3)
    torch.save({'model': model}, root / 'some.pt')
    found = YOLO(root / 'some.pt').predict(
        str(root / 'images/val'), imgsz=64, conf=1e-6, max_det=2, device='cpu', verbose=False
    )
    for each in found:
        rows = zip(each.boxes.cls.int().tolist(), each.boxes.xywhn.tolist(), strict=True)
        text = '\n'.join(f'{label} {" ".join(map(str, box))}' for label, box in rows)
        (root / 'labels/val' / Path(each.path).with_suffix('.txt').name).write_text(text)
    return write_config(root), root / 'some.pt'


@pytest.mark.usefixtures('few_levels')
def test_a_detector_of_ultralytics_is_reported_on(scenes, tmp_path):
    config, weights = scenes
    out = tmp_path / 'out'
    files = [str(config), str(weights)]
    assert night_report.main([*files, '--out', str(out), '--device', 'cpu']) == 0
    records = list(json.loads((out / 'measured.json').read_text()).values())
    assert len(records) == 10 and {record['images'] for record in records} == {4}
    yolo_test.main([*files, '--work-dir', str(tmp_path / 'work'), '--device', 'cpu'])
    stock = json.loads((tmp_path / 'work/test/results.json').read_text())['results']
    assert stock['day']['all classes']['mAP50'] > 0
    assert records[0]['scores'] == stock['day']['all classes']
    assert records[1]['scores'] == stock['day_enhanced']['all classes']
    assert records[-1]['scores'] == stock['night_enhanced']['all classes']
    text = (out / 'report.html').read_text()
    assert 'mAP50-95' in text and text.count('<svg') == 1


def test_ultralytics_darkens_alike_for_all_models_and_brightens_what_is_dark():
    images = torch.rand(3, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    how = dict(exposure=(0.1, 0.1))
    lights = yolo.InLight(how, None), yolo.InLight(how, None)
    one, two = ([light(image[None]) for image in images] for light in lights)
    assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))
    alone = build_darkener(**how)(images[1:2], torch.Generator().manual_seed(1))
    assert torch.equal(one[1], alone)
    lit = yolo.InLight(how, {})
    lit(images[:1])
    assert torch.equal(lit(images[1:2]), build_enhancer()(alone))


def test_a_list_of_files_and_a_folder_are_the_same_set(scenes, tmp_path):
    root = str(scenes[1].parent)
    data = dict(path=root, images='images/val')
    whole = yolo.files(data)
    part = yolo.cut(None, data, [0, 2], tmp_path / 'part')
    assert yolo.files(part) == [whole[0], whole[2]]
    assert yolo.labels_of(None, part) == [yolo.labels_of(None, data)[i] for i in (0, 2)]
