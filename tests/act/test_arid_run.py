"""From the published trees of ARID and the normal-light clips to scores, by the tools alone."""

import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from clips import disc_clip
from tools.prepare import arid
from wiid_plugins.compose import read_config
from wiid_plugins.compose.own import nodes
from wiid_plugins.launch import hand_over

WIID = Path(__file__).parents[2] / 'configs/act/i3d-r18_wiid_1xb8-30e_normal2arid.py'
SMALLER = {256: 40, 224: 32}


def write_clip(path, seed, level):
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'MJPG'), 30, (64, 64))
    for frame in disc_clip(16, (64, 64), level=level, seed=seed)[0]:
        writer.write((frame * 255).byte().permute(1, 2, 0).numpy()[..., ::-1].copy())
    writer.release()


def write_published(root):
    """ARID: two clips of each of two classes; normal light: four clips in one folder."""
    dark = [(label, f'{arid.CLASSES[label]}/clip_{label}_{i}') for label in (1, 10) for i in (0, 1)]
    normal = [(label, f'some_clip.v1_{label}') for label in (1, 3, 5, 10)]
    for folder, clips, level in (('ARID', dark, 0.1), ('NormalLight', normal, 0.6)):
        for seed, (_, name) in enumerate(clips):
            write_clip(root / folder / 'raw/data' / f'{name}.avi', seed, level)
    lists = {
        'ARID/list_cvt/ARID_split1_train.txt': dark[::2],
        'ARID/list_cvt/ARID_split1_test.txt': dark[1::2],
        'NormalLight/list_cvt/ARID_split1_train.txt': normal,
    }
    for name, rows in lists.items():
        (root / name).parent.mkdir(exist_ok=True)
        lines = (f'{i}\t{label}\t{clip}.avi\n' for i, (label, clip) in enumerate(rows))
        (root / name).write_text(''.join(lines))


def write_config(path):
    """The config as it is, with small frames and an eighth of the network."""
    config = read_config(WIID)
    for node in nodes(config._cfg_dict):
        for key in {'scale', 'input_size', 'crop_size'} & set(node):
            value = node[key]
            small = [SMALLER.get(v, v) for v in np.atleast_1d(value).tolist()]
            node[key] = tuple(small) if len(small) > 1 else small[0]
        if 'num_workers' in node:
            node.update(num_workers=0, batch_size=2)
    recognizer = config.model.recognizer
    recognizer.backbone.update(base_channels=8, pretrained=None, pretrained2d=False)
    recognizer.cls_head.in_channels = 64
    config.train_cfg.max_epochs = 1
    config.dump(path)


@pytest.fixture
def launch(monkeypatch, tmp_path):
    """Run tools/train.py and tools/test.py in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(job, *arguments):
        monkeypatch.setattr(sys, 'argv', [f'tools/{job}.py', *arguments])
        hand_over(job)

    return run


def test_the_published_trees_are_prepared_trained_on_and_tested(tmp_path, launch, capsys):
    write_config(tmp_path / 'small.py')
    write_published(tmp_path / 'downloads')
    assert arid.main(['downloads', 'data/arid']) == 0
    assert (
        'arid_split1_test 2, arid_split1_train 2, normal_light_train 4' in capsys.readouterr().out
    )
    launch('train', 'small.py')
    checkpoint = torch.load('work_dirs/small/epoch_1.pth', weights_only=False)
    assert checkpoint['meta']['iter'] == 2
    assert 'arid_split1_train.txt (2' in checkpoint['meta']['wiid']['unlabelled_dark']
    launch('test', 'small.py', 'work_dirs/small/epoch_1.pth', '--work-dir', 'tested')
    (scores,) = (json.loads(p.read_text()) for p in (tmp_path / 'tested').glob('*/*.json'))
    for domain in ('night', 'night_enhanced'):
        assert {f'{domain}/top1', f'{domain}/class_mean'} < set(scores)
        assert scores[f'{domain}/top1'] in (0, 50, 100)
