"""A toy to report on: three colours by day and by night, and classifiers that know nothing."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.registry import init_default_scope

from wiid_plugins.apis.night_report import curves, findings, page, pictures, run
from wiid_plugins.compose import read_config
from wiid_plugins.registry import MODELS

ROOT = Path(__file__).resolve().parents[3]
TEXT = """
_base_ = ['{root}/configs/demo/resnet18_{kind}_demo.py']
model = dict(
    backbone=dict(stem_channels=8, base_channels=8), head=dict(num_classes={classes}, in_channels=64)
)
data_preprocessor = dict(num_classes={classes})
test_dataloader = dict(dataset=dict(data_prefix='{data}/day'), batch_size=8)
wiid = dict(night=dict(data_prefix='{data}/night'), darken=dict(veil=(0.1, 0.3)))
"""


class Toy:
    """Writes images, configs and checkpoints of random classifiers into a folder."""

    def __init__(self, folder):
        self.folder = folder
        random = np.random.default_rng(0)
        for when, gain in (('day', 1.0), ('night', 1 / 16)):
            for index, name in enumerate('abc'):
                (folder / when / name).mkdir(parents=True)
                for number in range(5):
                    image = random.integers(90, 200, (24, 24, 3)).astype(np.float32)
                    image[..., index] += 40
                    light = (image / 255) ** 2.2 * gain
                    dark = (255 * light ** (1 / 2.2)).round().astype(np.uint8)
                    cv2.imwrite(str(folder / when / name / f'{number}.png'), dark)

    def config(self, kind='plain', classes=3, more=''):
        file = self.folder / f'{kind}{classes}{len(more)}.py'
        text = TEXT.format(root=ROOT, kind=kind, data=self.folder, classes=classes)
        file.write_text(text + more)
        return file

    def checkpoint(self, seed, classes=3):
        file = self.folder / f'{seed}_{classes}.pth'
        config = read_config(self.config(classes=classes))
        init_default_scope('mmpretrain')
        torch.manual_seed(seed)
        model = MODELS.build(config.model)
        model.init_weights()
        torch.nn.init.normal_(model.head.fc.weight)
        torch.save({'state_dict': model.state_dict()}, file)
        return file


@pytest.fixture(scope='module')
def few_levels():
    """Four levels in the place of ten."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (curves, findings, page, pictures, run):
            patch.setattr(module, 'STOPS', (0, 1, 4, 8))
        yield


@pytest.fixture(scope='module')
def toy(tmp_path_factory):
    return Toy(tmp_path_factory.mktemp('toy'))
