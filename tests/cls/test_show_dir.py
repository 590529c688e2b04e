"""``tools/test.py CONFIG CHECKPOINT --show-dir FOLDER`` draws what a classifier found."""

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.registry import MODELS, init_default_scope

from wiid_plugins.compose import read_config
from wiid_plugins.launch import hand_over

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = sorted(p for folder in ('cls', 'demo') for p in (ROOT / 'configs' / folder).glob('*.py'))
COLOURS = dict(circle=(0, 0, 200), cross=(200, 0, 0))  # BGR
DOMAINS = ('day', 'day_enhanced', 'night', 'night_enhanced')


@pytest.mark.parametrize('path', CONFIGS, ids=lambda p: p.stem)
def test_every_config_of_a_classifier_has_what_the_launcher_asks_for(path):
    hook = read_config(path).default_hooks.get('visualization')
    assert hook is not None and hook.type == 'wiid_plugins.ClassPictures'


@pytest.fixture
def config(tmp_path, monkeypatch):
    """The demo's config on two classes of two pictures each, and a checkpoint beside it."""
    for split in ('test_day', 'test_night'):
        for name, colour in COLOURS.items():
            folder = tmp_path / 'demo' / split / name
            folder.mkdir(parents=True)
            for index in range(2):
                picture = np.full((48, 48, 3), colour, np.uint8) // (8 if 'night' in split else 1)
                cv2.imwrite(str(folder / f'{index}.png'), picture)
    made = read_config(ROOT / 'configs/demo/resnet18_plain_demo.py')
    made.model.head.num_classes = made.data_preprocessor.num_classes = len(COLOURS)
    made.test_dataloader.batch_size = 3
    file = tmp_path / 'config.py'
    made.dump(file)
    file.write_text(file.read_text().replace('data/demo/', f'{tmp_path}/demo/'))
    init_default_scope('mmpretrain')
    model = MODELS.build({**made.model, 'data_preprocessor': made.data_preprocessor})
    torch.save({'state_dict': model.state_dict(), 'meta': {}}, tmp_path / 'random.pth')
    monkeypatch.chdir(tmp_path)
    return file


def launch(monkeypatch, config, *options):
    checkpoint = str(config.with_name('random.pth'))
    monkeypatch.setattr(sys, 'argv', ['tools/test.py', str(config), checkpoint, *options])
    hand_over('test')


def test_pictures_lie_by_domain_and_class_in_their_colours_with_labels(config, monkeypatch):
    launch(monkeypatch, config, '--show-dir', 'shown')
    shown = config.with_name('shown')
    names = {p.relative_to(shown).as_posix() for p in shown.rglob('*.png')}
    assert names == {f'{d}/{c}/{i}.png.png' for d in DOMAINS for c in COLOURS for i in range(2)}
    for name, colour in COLOURS.items():
        picture = cv2.imread(str(shown / 'day' / name / '0.png.png'))
        assert picture.shape == (224, 224, 3)
        assert np.abs(picture[200, 200].astype(int) - colour).max() <= 2
        assert (picture == 255).all(2).any()  # the text
    night, enhanced = (
        cv2.imread(str(shown / d / 'cross' / '1.png.png'))[100:].mean() for d in DOMAINS[2:]
    )
    assert enhanced > night + 20


def test_of_an_interval_some_are_drawn_and_without_a_folder_none(config, monkeypatch):
    launch(monkeypatch, config, '--show-dir', 'shown', '--interval', '5')
    assert len(list(config.with_name('shown').rglob('*.png'))) == 4  # of 16: 0, 5, 10, 15
