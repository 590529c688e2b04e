"""Tiny checkpoints of the four toolboxes, with the config and the test data of each."""

from pathlib import Path

import cv2
import numpy as np
import torch
from mmengine.registry import init_default_scope

from clips import disc_clip
from det_scenes import smoke, write_scenes
from wiid_plugins.apis.stock import read_composed
from wiid_plugins.registry import MODELS
from yolo_toy import NAMES, write_config, write_set

SHAPES = ('disc', 'ring', 'square')


def write_classes(root, size=(40, 48), light=1.0, n=2):
    """A folder of images for each of three classes."""
    rng = np.random.default_rng(0)
    for name in SHAPES:
        (root / name).mkdir(parents=True)
        for i in range(n):
            image = rng.integers(0, 256, (*size, 3)) * light
            cv2.imwrite(str(root / name / f'{i}.png'), image.astype(np.uint8))
    return str(root)


def write_clip(path, frames=16, level=0.12, seed=0):
    """An MP4 of a disc that moves in the dark, 80 x 64 px."""
    path.parent.mkdir(parents=True, exist_ok=True)
    clip, _ = disc_clip(frames, level=level, seed=seed)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'mp4v'), 10, (80, 64))
    for frame in clip:
        writer.write((frame.permute(1, 2, 0).numpy()[..., ::-1] * 255).astype(np.uint8))
    writer.release()
    return str(path)


def classifier(root):
    """Config, options and checkpoint of a classifier on folders of class folders."""
    night = write_classes(root / 'night', light=0.1)
    options = dict(day=write_classes(root / 'day'), night=night, test=night, size=32)
    backbone = dict(stem_channels=8, base_channels=8)
    options |= dict(load_from=None, model=dict(backbone=backbone, head=dict(in_channels=64)))
    return _saved(root, 'configs/own/cls.py', options)


def recognizer(root):
    """The same of a recognizer of clips."""
    lines = []
    for i in range(3):
        write_clip(root / 'clips' / f'{i}.mp4', seed=i, level=0.05 + 0.2 * i)
        lines.append(f'{i}.mp4 {i}')
    (root / 'clips' / 'list.txt').write_text('\n'.join(lines))
    (root / 'clips' / 'classes.txt').write_text('run\nsit\nwalk')
    listed = str(root / 'clips' / 'list.txt')
    options = dict(day=listed, test=listed, night=listed, size=32, load_from=None)
    backbone = dict(depth=18, base_channels=8, pretrained=None)
    options['model'] = dict(backbone=backbone, cls_head=dict(in_channels=64))
    return _saved(root, 'configs/own/act.py', options)


def detector(root):
    """The same of a narrow RetinaNet on composed scenes."""
    write_scenes(root)
    config = smoke(root, root / 'work')
    file = root / 'detector.py'
    config.dump(file)
    return _saved(root, str(file), {})


def yolo(root):
    """The same of a paired YOLOv5n."""
    from wiid_plugins.compose import read_config
    from wiid_plugins.yolo import PairedDetectionModel
    from wiid_plugins.yolo.options import options_of

    write_set(root, size=(48, 64))
    file = write_config(root)
    torch.manual_seed(0)
    config = read_config(file)
    model = PairedDetectionModel('yolov5n.yaml', nc=3, verbose=False, wiid=options_of(config))
    model.names, model.args = dict(enumerate(NAMES)), {}
    _shake(model)
    torch.save({'model': model.half(), 'epoch': -1}, root / 'best.pt')
    return str(file), {}, str(root / 'best.pt')


def _saved(root, config, options):
    cfg = read_composed(config, options)
    init_default_scope(cfg.default_scope)
    torch.manual_seed(0)
    model = dict(cfg.model)
    if cfg.get('data_preprocessor'):
        model.setdefault('data_preprocessor', cfg.data_preprocessor)
    built = MODELS.build(model)
    _shake(built)
    meta = dict(dataset_meta=dict(classes=cfg.test_dataloader.dataset.datasets[0].metainfo.classes))
    file = Path(root, 'epoch_1.pth')
    torch.save(dict(state_dict=built.state_dict(), meta=meta), file)
    return config, options, str(file)


def _shake(model):
    """Give all weights and statistics values that a result depends on."""
    for name, tensor in model.state_dict().items():
        if tensor.is_floating_point() and 'running_var' not in name:
            tensor += 0.02 * torch.randn_like(tensor)
