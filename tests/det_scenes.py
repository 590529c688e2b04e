"""Composed scenes in the layout of tools/prepare/gtsrb_scenes.py, and the smoke config on them."""

import json

import cv2
from mmengine.config import Config

from det_toy import draw_picture, stock_config
from wiid_plugins.compose import compose
from wiid_plugins.compose.own import nodes

CLASSES = ('prohibition', 'warning', 'mandatory', 'other')
SMOKE = 'configs/det/retinanet_r18_wiid-smoke_1xb4-1e_gtsrb-scenes.py'


def write_scenes(root):
    """A tree as tools/prepare/gtsrb_scenes.py makes it, with 48 px pictures."""
    (root / 'annotations').mkdir()
    for split in ('train', 'val', 'test_day', 'test_night'):
        (root / 'images' / split).mkdir(parents=True)
        content = dict(images=[], annotations=[])
        content['categories'] = [dict(id=i + 1, name=n) for i, n in enumerate(CLASSES)]
        for number in range(8 if split == 'train' else 2):
            picture, boxes, labels = draw_picture((48, 48), 2, seed=number)
            picture = picture // 6 if split == 'test_night' else picture
            cv2.imwrite(str(root / 'images' / split / f'{number}.png'), picture)
            image = dict(id=number, file_name=f'{number}.png', width=48, height=48)
            content['images'].append(image)
            for (x1, y1, x2, y2), label in zip(boxes.tolist(), labels.tolist(), strict=True):
                box = dict(bbox=[x1, y1, x2 - x1, y2 - y1], area=(x2 - x1) * (y2 - y1), iscrowd=0)
                box |= dict(id=len(content['annotations']) + 1, image_id=number)
                content['annotations'].append(box | dict(category_id=label + 1))
        (root / 'annotations' / f'{split}.json').write_text(json.dumps(content))
    (root / 'unlabelled_dark').mkdir()
    for number in range(3):
        dark = draw_picture((48, 48), 2, seed=number)[0] // 6
        cv2.imwrite(str(root / 'unlabelled_dark' / f'{number}.png'), dark)


def smoke(root, work_dir, name='retinanet'):
    """The smoke config on other pictures, 48 px, with one of the narrow detectors."""
    config = compose(Config.fromfile(SMOKE, format_python_code=False))  # formatting takes seconds
    for node in nodes(config._cfg_dict):
        for key in ('ann_file', 'data_prefix', 'img'):
            if isinstance(node.get(key), str):
                node[key] = node[key].replace('data/gtsrb_scenes', str(root))
        for key in ('scale', 'img_scale'):
            if key in node:
                node[key] = (48, 48)
        if 'border' in node:
            node['border'] = (-24, -24)
    detector, norm = stock_config(name)
    head = detector.get('bbox_head') or detector.roi_head.bbox_head
    head.num_classes = len(CLASSES)
    config.model.update(detector=detector, joint_forward=name != 'yolov3')
    config.model.data_preprocessor.preprocessor = norm
    config.work_dir = str(work_dir)
    config.log_level = 'WARNING'
    return config
