"""The preview shows day, translated and real dark pictures side by side, in every backend."""

import cv2
import numpy as np
import pytest
import torch
from mmengine.model import BaseModel, ImgDataPreprocessor
from torch import nn
from torch.utils.data import Dataset

from toy import make_runner
from wiid_plugins.visualization import StripHook


class Pairs(Dataset):
    """Day pictures of levels 100, 101, ..., dark ones of 10, 11, ...; blue is 5 more."""

    metainfo = {}

    def __len__(self):
        return 9

    def __getitem__(self, index):
        levels = torch.tensor([5, 0, 0], dtype=torch.uint8)[:, None, None].expand(3, 8, 12)
        return dict(inputs=levels + 100 + index, dark=levels + 10 + index)


class Halve(BaseModel):
    """Stands in for a generator: half the light."""

    def __init__(self):
        super().__init__(ImgDataPreprocessor([127.5], [127.5], bgr_to_rgb=True))
        self.factor = nn.Parameter(torch.tensor(0.5))

    def forward(self, inputs, mode='loss', **_):
        night = (inputs + 1) / 2 * self.factor
        return dict(loss=0 * night.mean()) if mode == 'loss' else night


def strips(folder):
    return {p.name: cv2.imread(str(p)) for p in folder.glob('*/vis_data/vis_image/*.png')}


def train(folder, hook, epochs=2):
    visualizer = dict(type='Visualizer', vis_backends=[dict(type='LocalVisBackend')])
    make_runner(
        folder,
        Halve(),
        data=Pairs(),
        batch_size=4,
        epochs=epochs,
        hooks=[hook],
        visualizer=visualizer,
    ).train()
    return strips(folder)


def test_rows_are_day_translated_and_dark_of_pictures_from_all_over_the_set(tmp_path):
    found = train(tmp_path, StripHook(pictures=3))
    assert found.keys() == {'strip_1.png', 'strip_2.png'}
    picture = found['strip_2.png']
    assert picture.shape == (3 * 8, 3 * 12, 3)
    for row, index in enumerate((0, 4, 8)):
        for column, level in enumerate((100 + index, (100 + index) / 2, 10 + index)):
            cell = picture[8 * row : 8 * row + 8, 12 * column : 12 * column + 12].astype(float)
            blue = level + (2.5 if column == 1 else 5)
            np.testing.assert_allclose(cell.mean((0, 1)), [blue, level, level], atol=0.6)
            assert cell.std((0, 1)).max() == 0


@pytest.mark.parametrize(
    ('hook', 'names'),
    [
        (StripHook(interval=2), {'strip_2.png'}),
        (StripHook(interval=2, by_epoch=False), {'strip_2.png', 'strip_4.png', 'strip_6.png'}),
    ],
)
def test_the_interval_counts_epochs_or_iterations(tmp_path, hook, names):
    assert train(tmp_path, hook).keys() == names


def test_of_several_processes_only_the_first_draws_and_writes(tmp_path, monkeypatch):
    monkeypatch.setattr('mmengine.dist.utils.get_rank', lambda group=None: 1)
    hook = StripHook()
    hook.before_train(None)
    hook.add_strip(None, 1)
    assert not hasattr(hook, 'day')
