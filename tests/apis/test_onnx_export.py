"""An exported graph gives what the toolbox gives, says what it is, and is whole or not there."""

import json

import cv2
import numpy as np
import onnx
import onnxruntime
import pytest
import torch

import det_toy
from act_toy import build_stock as build_recognizer
from tools import export_onnx
from toy import build_stock
from wiid_plugins.apis.onnx.toolboxes import Recognizer, detect

CLASSES = ('a', 'b', 'c')
CLS = """
default_scope = 'mmpretrain'
model = dict(type='ImageClassifier', head=dict(type='LinearClsHead', num_classes=3, in_channels=64),
    backbone=dict(type='ResNet', depth=18, stem_channels=8, base_channels=8),
    neck=dict(type='GlobalAveragePooling'))
data_preprocessor = dict(mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], to_rgb=True)
test_dataloader = dict(dataset=dict(type='CustomDataset', metainfo=dict(classes=('a', 'b', 'c')),
    data_prefix='none', pipeline=[dict(type='LoadImageFromFile'), dict(type='Resize', scale=(40, 32)),
    dict(type='wiid_plugins.Enhance', target=0.3), dict(type='PackInputs')]))
"""


def dark(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 60, shape, np.uint8)


def brightened(image, target):
    """In float64, by the curve that brings the mean grey level of a sample to its target."""
    image = image / 255.0
    places = [np.arange(32) * side // 32 for side in image.shape[-2:]]
    grey = np.tensordot([0.299, 0.587, 0.114], image, 1)[np.ix_(*places)]
    low, high = 1.0, 64.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 - (1 - grey) ** middle).mean() < target else (low, middle)
    return 1 - (1 - image) ** low


def run(path, images):
    session = onnxruntime.InferenceSession(path)
    return session.run(None, {session.get_inputs()[0].name: images})


def told(path):
    return {prop.key: prop.value for prop in onnx.load(path).metadata_props}


def fails(*arguments):
    with pytest.raises(SystemExit) as end:
        export_onnx.main([str(argument) for argument in arguments])
    assert str(end.value.code).startswith('error: ')
    return end.value.code


@pytest.fixture
def classifier(tmp_path):
    """A config and a paired checkpoint."""
    model = build_stock().eval()
    (tmp_path / 'cls.py').write_text(CLS)
    state = {f'model.{k}': v for k, v in model.state_dict().items()}
    meta = dict(dataset_meta=dict(classes=CLASSES))
    torch.save(dict(state_dict=state, meta=meta), tmp_path / 'cls.pth')
    return model, tmp_path / 'cls.py', tmp_path / 'cls.pth', tmp_path / 'cls.onnx'


def test_a_classifier_gives_the_scores_of_mmpretrain(classifier, capsys):
    model, *files = classifier
    assert export_onnx.main([str(file) for file in files]) == 0
    images = dark(3, 3, 50, 60)
    lit = np.stack([brightened(image, 0.3) for image in images])
    inputs = torch.from_numpy(lit * 255).float().flip(1)  # BGR, as mmpretrain's loader gives it
    found = model.test_step(dict(inputs=inputs, data_samples=None))
    expected = torch.stack([sample.pred_score for sample in found]).detach().numpy()
    np.testing.assert_allclose(run(files[-1], images)[0], expected, atol=1e-4)
    about = told(files[-1])
    assert json.loads(about['names']) == {'0': 'a', '1': 'b', '2': 'c'}
    assert json.loads(about['enhance']) == dict(method='procedural', target=0.3)
    assert json.loads(about['size']) == [32, 40] and about['opset'] == '18'
    assert about['config'] == 'cls.py'
    assert 'opset 18' in capsys.readouterr().out


def test_float_input_and_no_brightening(classifier):
    model, *files = classifier
    export_onnx.main([*map(str, files), '--input', 'float', '--enhance', 'none'])
    image = dark(1, 3, 32, 40)
    inputs = torch.from_numpy(image).flip(1)
    found = model.test_step(dict(inputs=inputs, data_samples=None))[0].pred_score.detach().numpy()
    given = (image / 255).astype(np.float32)
    np.testing.assert_allclose(run(files[-1], given)[0][0], found, atol=1e-4)
    assert json.loads(told(files[-1])['enhance']) is None


def test_refusals_name_the_file_and_leave_nothing(classifier):
    _, config, checkpoint, out = classifier
    out.write_bytes(b'mine')
    assert '--overwrite' in fails(config, checkpoint, out)
    assert 'no such config' in fails('none.py', checkpoint, out, '--overwrite')
    assert 'no such checkpoint' in fails(config, 'none.pth', out, '--overwrite')
    config.write_text(CLS.replace('num_classes=3', 'num_classes=5'))
    assert 'of another shape' in fails(config, checkpoint, out, '--overwrite')
    config.write_text(CLS.replace("('a', 'b', 'c')", "('a', 'b', 'x')"))
    assert "'c'" in fails(config, checkpoint, out, '--overwrite')
    assert out.read_bytes() == b'mine' and not list(out.parent.glob('*.part'))


def test_a_graph_that_differs_is_not_kept(classifier, monkeypatch):
    monkeypatch.setattr('wiid_plugins.apis.onnx.checking.CLOSE', -1.0)
    _, *files = classifier
    assert 'differ' in fails(*files)
    assert [p.name for p in files[0].parent.iterdir() if 'onnx' in p.name] == []


def test_eight_bits_keep_metadata_and_leave_the_brightening(classifier, tmp_path, capsys):
    _, *files = classifier
    for seed in range(4):
        cv2.imwrite(str(tmp_path / f'{seed}.png'), dark(48, 64, 3, seed=seed))
    export_onnx.main([*map(str, files), '--int8', str(tmp_path)])
    graph = onnx.load(files[-1]).graph
    scaled = [node.name for node in graph.node if node.op_type == 'QuantizeLinear']
    assert scaled and not any('brighten' in name for name in scaled)
    assert told(files[-1])['opset'] == '18' and 'on 4 images' in capsys.readouterr().out
    assert [p.name for p in tmp_path.iterdir() if 'onnx' in p.name] == ['cls.onnx']


def test_the_brightening_alone_on_a_grey_ramp(tmp_path):
    out = tmp_path / 'brighten.onnx'
    export_onnx.main(['--only', 'enhance', str(out)])
    ramp = np.broadcast_to(np.linspace(0, 80, 96, dtype=np.uint8), (2, 3, 64, 96)).copy()
    ramp[1] //= 3
    expected = [brightened(image, 0.4) for image in ramp]
    np.testing.assert_allclose(
        run(out, ramp)[0], expected, atol=2e-3
    )  # 12 halvings of the exponent


@pytest.mark.parametrize(('name', 'spread'), [('retinanet', 0.2), ('yolov3', 0.5)])
def test_a_detector_gives_the_boxes_of_mmdet(name, spread, tmp_path):
    from mmengine.registry import init_default_scope

    from wiid_plugins.apis.onnx import Subject, export_file
    from wiid_plugins.apis.onnx.dense import Dense
    from wiid_plugins.apis.onnx.graph import Norm

    init_default_scope('mmdet')
    model = det_toy.build_stock(name).eval()
    model.bbox_head.test_cfg.score_thr = 0.3
    with torch.no_grad():
        for parameter in model.bbox_head.parameters():
            parameter.copy_(torch.randn_like(parameter) * spread)
    subject = Subject(
        None,
        Norm.of(model.data_preprocessor),
        Dense(model),
        (64, 64),
        ('boxes', 'scores', 'labels'),
        lambda lit: detect(model, lit),
    )
    export_file(subject, tmp_path / 'det.onnx')
    images = dark(2, 3, 64, 64, seed=1) * 4
    boxes, scores, labels = run(tmp_path / 'det.onnx', images)
    for found, *row in zip(
        detect(model, torch.from_numpy(images) / 255), boxes, scores, labels, strict=True
    ):
        number = (row[2] >= 0).sum()
        assert number == len(found[1]) > 0
        np.testing.assert_allclose(row[1][:number], found[1].detach(), atol=1e-4)
        assert (row[2][number:] == -1).all() and (row[0][number:] == -1).all()


def test_two_stages_are_refused():
    from wiid_plugins.apis.onnx.dense import Dense

    with pytest.raises(ValueError, match='FasterRCNN'):
        Dense(det_toy.build_stock('faster_rcnn'))


def test_a_clip_gives_the_scores_of_mmaction(tmp_path):
    from wiid_plugins.apis.onnx import Subject, export_file
    from wiid_plugins.apis.onnx.graph import Norm
    from wiid_plugins.translation import build_enhancer

    recognizer = Recognizer(build_recognizer('i3d').eval())
    norm = Norm.of(recognizer.model.data_preprocessor, rgb_in=True)
    light = build_enhancer(target=0.3)
    subject = Subject(light, norm, recognizer, (8, 32, 32), ('scores',), recognizer.reference)
    export_file(subject, tmp_path / 'act.onnx')
    clips = dark(2, 8, 3, 32, 32)
    wide = [brightened(np.concatenate(list(clip), -1), 0.3) for clip in clips]
    lit = np.stack([np.stack(np.split(clip, 8, -1)) for clip in wide])
    expected = recognizer.reference(torch.from_numpy(lit).float()).detach().numpy()
    np.testing.assert_allclose(run(tmp_path / 'act.onnx', clips)[0], expected, atol=1e-4)
    with pytest.raises(ValueError, match='Recognizer2D'):
        Recognizer(build_recognizer('tsn'))
