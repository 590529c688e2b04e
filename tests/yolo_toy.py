"""Small pictures with boxes, and trainers of Ultralytics on them."""

import cv2
import numpy as np
import yaml

NAMES = ['red', 'green', 'blue']
COLOURS = np.array([(230, 20, 20), (20, 230, 20), (20, 20, 230)], np.uint8)  # RGB
WIID = dict(
    darken=dict(),
    enhance=dict(),
    mask=dict(num_blocks=5, front_ratio=0.0, back_ratio=0.3),
    aux=dict(byol=dict(weight=0.1, momentum=0.1), mmd=dict(weight=0.1), hidden=8, out=8),
)
QUICK = dict(
    imgsz=64,
    batch=4,
    nbs=4,
    epochs=1,
    optimizer='SGD',
    lr0=0.01,
    warmup_epochs=0,
    workers=0,
    device='cpu',
    amp=False,
    plots=False,
    verbose=False,
    mixup=0.5,
    close_mosaic=0,
    seed=0,
)


def draw_picture(rng, size=(64, 64)):
    """A grey picture with two painted boxes: RGB, and YOLO rows ``class x y w h``."""
    height, width = size
    picture = rng.integers(100, 140, (height, width, 1), np.uint8).repeat(3, 2)
    rows = []
    for column in range(2):
        label = int(rng.integers(3))
        w, h = rng.integers(width // 5, width // 3), rng.integers(height // 5, height // 2)
        x = int(rng.integers(column * width // 2, (column + 1) * width // 2 - w + 1))
        y = int(rng.integers(0, height - h + 1))
        picture[y : y + h, x : x + w] = COLOURS[label]
        rows.append((label, (x + w / 2) / width, (y + h / 2) / height, w / width, h / height))
    return picture, rows


def write_set(root, splits=('train', 'val', 'night'), n=8, size=(64, 64)):
    """Write pictures and labels in YOLO's layout, and a folder ``dark`` without labels."""
    rng = np.random.default_rng(0)
    for split in (*splits, 'dark'):
        images, labels = root / 'images' / split, root / 'labels' / split
        images.mkdir(parents=True)
        labels.mkdir(parents=True)
        for index in range(n):
            picture, rows = draw_picture(rng, size)
            if split in ('night', 'dark'):
                picture = picture // 10
            cv2.imwrite(str(images / f'{index}.png'), picture[..., ::-1])
            lines = [' '.join(map(str, row)) for row in rows]
            if split != 'dark':
                (labels / f'{index}.txt').write_text('\n'.join(lines))
    return root


def write_yaml(root, wiid=None):
    """Write the data YAML of :func:`write_set`'s tree."""
    data = dict(path=str(root), train='images/train', val='images/val', names=NAMES)
    if wiid is not None:
        data['wiid'] = {'dark': str(root / 'images' / 'dark'), **wiid}
    file = root / 'data.yaml'
    file.write_text(yaml.safe_dump(data))
    return file


def overrides_of(root, wiid=None, model='yolov5n.yaml', **changes):
    """Give a trainer's overrides for a short training on :func:`write_set`'s tree."""
    own = dict(model=model, data=str(write_yaml(root, wiid)), save_dir=str(root / 'run'))
    return QUICK | own | changes


def write_config(root):
    """Write a config of the project for :func:`write_set`'s tree."""
    settings = dict(
        default_scope='ultralytics',
        model='yolov5n.yaml',
        data=dict(path=str(root), train='images/train', val='images/val', names=NAMES),
        wiid=dict(WIID, dark=str(root / 'images' / 'dark'), night='images/night'),
        train={k: v for k, v in QUICK.items() if k not in ('device', 'amp')},
    )
    config = root / 'tiny.py'
    config.write_text('\n'.join(f'{k} = {v!r}' for k, v in settings.items()))
    return config
