"""Small trees in the layouts that ARID and the normal-light clips are published in."""

import cv2
import numpy as np
from mmaction.datasets import VideoDataset

from tools.prepare import arid

DARK = ['Drink', 'Jump', 'Wave']
FRAMES = 18


def clip(path, frames=FRAMES, size=(32, 24)):
    path.parent.mkdir(parents=True, exist_ok=True)
    code = cv2.VideoWriter_fourcc(*('mp4v' if path.suffix == '.mp4' else 'MJPG'))
    writer = cv2.VideoWriter(str(path), code, 30, size)
    for i in range(frames):
        writer.write(np.full((*size[::-1], 3), 10 * (i % 9), np.uint8))
    writer.release()


def write_list(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (f'{i}\t{label}\t{name}\n' for i, (label, name) in enumerate(rows))
    path.write_text(''.join(lines))


def make_arid(root, clips, lists, suffix):
    """Three classes of three clips; the split's number tells which one is for test."""
    for name in DARK:
        for i in range(3):
            clip(root / clips / name / f'{name}_1_{i}{suffix}')
    for split in (1, 2, 3):
        kinds = {'train': [i for i in range(3) if i != split - 1], 'test': [split - 1]}
        for kind, numbers in kinds.items():
            rows = [(arid.CLASSES.index(n), f'{n}/{n}_1_{i}.avi') for n in DARK for i in numbers]
            write_list(root / lists.format(split, kind), rows)


def make_normal(root, clips='raw/data', lists='raw/list_cvt'):
    """One clip a class; the list of ARID's test clips is published beside it and not wanted."""
    rows = []
    for label, name in enumerate(arid.CLASSES):
        rows.append((label, f'some_{name.lower()}_nm.v1_{label}.{"mp4" if label % 2 else "avi"}'))
        clip(root / clips / rows[-1][1])
    write_list(root / lists / 'ARID_split1_train.txt', rows)
    write_list(root / lists / 'ARID_split1_test.txt', [(0, 'Drink/Drink_1_0.avi')])
    table = ''.join(f'{i}\t{name}\n' for i, name in enumerate(arid.CLASSES))
    (root / lists / 'mapping_table.txt').write_text(table)


def make_source(root):
    """The layout of v1.0 and of the normal-light set."""
    make_arid(root / 'ARID', 'raw/data', 'raw/list_cvt/ARID_split{}_{}.txt', '.avi')
    make_normal(root / 'NormalLight')
    return root


def samples(root, name):
    data = VideoDataset(f'{root}/{name}.txt', [], data_prefix={'video': str(root)})
    return [(d['filename'].removeprefix(f'{root}/'), d['label']) for d in data.load_data_list()]
