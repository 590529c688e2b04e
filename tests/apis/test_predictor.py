"""What Predictor says of images and clips is what the toolbox's own test says of them."""

import copy
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.registry import init_default_scope
from mmengine.runner import Runner, load_checkpoint
from PIL import Image

import use_toy
import wiid_plugins
from wiid_plugins.apis.stock import read_composed
from wiid_plugins.registry import MODELS


@pytest.fixture(scope='module')
def made(tmp_path_factory):
    """Config, options and checkpoint by kind, each made once."""
    known = {}

    def make(kind):
        if kind not in known:
            known[kind] = getattr(use_toy, kind)(tmp_path_factory.mktemp(kind))
        return known[kind]

    return make


def by_toolbox(config, options, checkpoint):
    """Data samples of the toolbox's own test, by domain and file."""
    cfg = read_composed(config, options)
    init_default_scope(cfg.default_scope)
    model = dict(cfg.model)
    if cfg.get('data_preprocessor'):
        model.setdefault('data_preprocessor', cfg.data_preprocessor)
    model = MODELS.build(model).eval()
    load_checkpoint(model, checkpoint)
    loader = dict(copy.deepcopy(cfg.test_dataloader), num_workers=0, batch_size=1)
    loader['persistent_workers'] = False
    found = {}
    for batch in Runner.build_dataloader(loader, seed=0):
        with torch.no_grad():
            for sample in model.test_step(batch):
                of_domain = found.setdefault(sample.domain, {})
                of_domain[sample.get('img_path') or len(of_domain)] = sample
    return found


@pytest.mark.parametrize('light', ['', '_enhanced'])
def test_a_classifier_predicts_what_its_test_does(made, light):
    config, options, checkpoint = made('classifier')
    by_test = by_toolbox(config, options, checkpoint)[f'night{light}']
    predict = wiid_plugins.Predictor(
        config, checkpoint, enhance=bool(light), batch=2, options=options, top=3
    )
    found = predict(list(by_test))
    assert [f.source for f in found] == list(by_test)
    for one, sample in zip(found, by_test.values(), strict=True):
        scores = {label.index: label.score for label in one.labels}
        for index, score in enumerate(sample.pred_score.tolist()):
            assert scores[index] == pytest.approx(score, abs=1e-5)
        assert one.enhanced == bool(light)
        assert [label.name for label in one.labels][0] in use_toy.SHAPES
    assert len({f.labels[0].score for f in found}) == len(found)  # it depends on the image


def test_dark_images_alone_are_brightened(made):
    config, options, checkpoint = made('classifier')
    predict = wiid_plugins.Predictor(config, checkpoint, options=options)
    dark, bright = predict([np.full((40, 40, 3), v, np.uint8) for v in (20, 120)])
    assert (dark.enhanced, bright.enhanced) == (True, False)
    assert bright.brightness == pytest.approx(120 / 255, abs=0.01)


def test_arrays_tensors_pil_and_files_mean_the_same_image(made):
    config, options, checkpoint = made('classifier')
    file = next(Path(options['night']).rglob('*.png'))
    bgr = cv2.imread(str(file))
    rgb = np.ascontiguousarray(bgr[..., ::-1])
    tensor = torch.from_numpy(rgb).permute(2, 0, 1)
    predict = wiid_plugins.Predictor(config, checkpoint, options=options)
    kinds = [file, bgr, tensor, tensor.float() / 255, Image.fromarray(rgb)]
    kinds.append(bgr.astype(np.uint16) * 257)
    found = predict(iter(kinds))
    for one in found[1:3] + found[4:5]:
        assert one.labels == found[0].labels
    for one in (found[3], found[5]):  # brightened from more bits, before it is cut to 8
        assert one.enhanced
        assert one.brightness == pytest.approx(found[0].brightness, abs=0.03)


@pytest.mark.parametrize('light', ['', '_enhanced'])
def test_a_detector_predicts_what_its_test_does(made, light):
    config, options, checkpoint = made('detector')
    by_test = by_toolbox(config, options, checkpoint)[f'night{light}']
    predict = wiid_plugins.Predictor(
        config, checkpoint, enhance=bool(light), threshold=0.0, options=options
    )
    for one, sample in zip(predict(list(by_test)), by_test.values(), strict=True):
        wanted = sample.pred_instances
        assert len(one.labels) == len(wanted) > 0
        scores = torch.tensor([label.score for label in one.labels])
        assert torch.allclose(scores, wanted.scores.sort(descending=True)[0], atol=1e-5)
        boxes = torch.tensor([label.box for label in one.labels])
        nearest = (boxes[:, None] - wanted.bboxes).abs().amax(-1).amin(1)
        assert nearest.max() < 1e-2


@pytest.mark.parametrize('light', ['', '_enhanced'])
def test_a_recognizer_predicts_what_its_test_does(made, light):
    config, options, checkpoint = made('recognizer')
    by_test = by_toolbox(config, options, checkpoint)[f'night{light}']
    predict = wiid_plugins.Predictor(
        config, checkpoint, enhance=bool(light), options=options, batch=2
    )
    found = predict([Path(options['night']).parent / f'{i}.mp4' for i in by_test])
    for one, sample in zip(found, by_test.values(), strict=True):
        for label in one.labels:
            assert label.score == pytest.approx(sample.pred_score[label.index].item(), abs=1e-5)
        assert one.size == (64, 80)
    assert {label.name for label in found[0].labels} == {'run', 'sit', 'walk'}


@pytest.mark.parametrize('light', [None, dict(method='procedural')])
def test_a_yolo_predicts_what_its_validator_does(made, light, tmp_path):
    from wiid_plugins.compose import read_config
    from wiid_plugins.translation import build_enhancer
    from wiid_plugins.yolo.enhanced import EnhancedValidator
    from wiid_plugins.yolo.options import write_data

    config, _, checkpoint = made('yolo')
    cfg = read_config(config)
    data = write_data(cfg, tmp_path, val='images/night')
    found = {}

    class Keeping(EnhancedValidator):
        def update_metrics(self, preds, batch):
            for index, pred in enumerate(preds):
                about = self._prepare_batch(index, batch)
                found[about['im_file']] = self.scale_preds(pred, about)
            super().update_metrics(preds, batch)

    args = dict(model=checkpoint, data=str(data), imgsz=cfg.train.imgsz, batch=3, mode='val')
    args |= dict(device='cpu', workers=0, plots=False)
    light = light and build_enhancer(**light)
    Keeping(light, save_dir=tmp_path / 'val', args=args)()
    predict = wiid_plugins.Predictor(config, checkpoint, enhance=light is not None, threshold=0.001)
    compared = 0
    for one, wanted in zip(predict(list(found)), found.values(), strict=True):
        assert len(one.labels) == len(wanted['conf'])
        for label, score, box in zip(one.labels, wanted['conf'], wanted['bboxes'], strict=True):
            assert label.score == pytest.approx(score.item(), abs=1e-5)
            assert np.allclose(label.box, box.tolist(), atol=0.1)
            compared += 1
        assert one.enhanced == (light is not None)
    assert compared > 10


def test_a_broken_file_is_told_in_its_place(made, tmp_path):
    config, options, checkpoint = made('classifier')
    good = next(Path(options['night']).rglob('*.png'))
    (tmp_path / 'b.png').write_bytes(good.read_bytes()[:200])
    (tmp_path / 'a.png').write_bytes(good.read_bytes())
    (tmp_path / 'c.png').write_bytes(good.read_bytes())
    (tmp_path / 'notes.txt').write_text('no image')
    found = wiid_plugins.Predictor(config, checkpoint, options=options)(tmp_path)
    assert [Path(f.source).name for f in found] == ['a.png', 'b.png', 'c.png']
    assert [f.error is None for f in found] == [True, False, True]
    assert 'b.png' in found[1].error


def test_frames_of_a_clip_have_their_times(made, tmp_path):
    config, options, checkpoint = made('detector')
    clip = use_toy.write_clip(tmp_path / 'night.mp4', frames=7)
    found = wiid_plugins.Predictor(config, checkpoint)(clip, every=3)
    assert [f.frame for f in found] == [0, 3, 6]
    assert [f.time for f in found] == pytest.approx([0, 0.3, 0.6])


def test_a_plain_checkpoint_and_a_composed_config_do_as_well(made, tmp_path):
    config, options, checkpoint = made('classifier')
    from wiid_plugins.weights.plain import export_file

    export_file(Path(checkpoint), tmp_path / 'plain.pth')
    read_composed(config, options).dump(tmp_path / 'composed.py')
    first = wiid_plugins.Predictor(config, checkpoint, options=options)(options['night'])
    again = wiid_plugins.Predictor(tmp_path / 'composed.py', tmp_path / 'plain.pth')(
        Path(options['night'])
    )
    assert [f.labels for f in first] == [f.labels for f in again]


def test_a_checkpoint_of_other_classes_is_refused(made, tmp_path):
    config, options, checkpoint = made('classifier')
    other = torch.load(checkpoint, weights_only=False)
    key = next(k for k in other['state_dict'] if k.endswith('fc.weight'))
    other['state_dict'][key] = torch.zeros(5, 64)
    torch.save(other, tmp_path / 'other.pth')
    with pytest.raises(ValueError, match=r'other\.pth does not fit .*\(5, 64\).* \(3, 64\)'):
        wiid_plugins.Predictor(config, tmp_path / 'other.pth', options=options)


def test_classes_of_another_order_are_refused(made, tmp_path):
    config, options, checkpoint = made('classifier')
    other = torch.load(checkpoint, weights_only=False)
    other['meta']['dataset_meta']['classes'] = ('square', 'ring', 'disc')
    torch.save(other, tmp_path / 'other.pth')
    with pytest.raises(ValueError, match='in another order'):
        wiid_plugins.Predictor(config, tmp_path / 'other.pth', options=options)


@pytest.mark.parametrize('source', [0, '0', 'rtsp://127.0.0.1/x', np.zeros((8, 8, 3), np.uint8)])
def test_a_recognizer_takes_files_of_clips_alone(made, source):
    config, options, checkpoint = made('recognizer')
    predict = wiid_plugins.Predictor(config, checkpoint, options=options)
    for given in (source, [source]):
        with pytest.raises(ValueError, match='takes files of clips'):
            predict(given)


@pytest.mark.parametrize(
    ('image', 'told'),
    [
        (np.zeros((4, 4), np.int64), 'is of int64'),
        (np.full((4, 4, 3), 7.0), 'from 7 to 7'),
        (np.zeros((4, 4, 4, 4), np.uint8), r'has the shape \(4, 4, 4, 4\)'),
        (torch.zeros(5, 4, 4), r'has the shape \(5, 4, 4\)'),
    ],
)
def test_what_is_no_image_is_told(made, image, told):
    config, options, checkpoint = made('classifier')
    with pytest.raises(ValueError, match=told):
        wiid_plugins.Predictor(config, checkpoint, options=options)(image)
