"""browse_pairs draws detection batches with their boxes."""

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config

from det_scenes import smoke, write_scenes
from tools import browse_pairs
from wiid_plugins.visualization import sheet


@pytest.fixture(scope='module')
def config(tmp_path_factory):
    root = tmp_path_factory.mktemp('browse')
    write_scenes(root)
    config = smoke(root, root)
    config.model.data_preprocessor.grid = dict(front_ratio=0.9)
    config.dump(root / 'config.py')
    return root / 'config.py'


def test_sheet_has_a_row_per_sample_and_a_column_per_view(config, tmp_path):
    out = tmp_path / 'pairs.png'
    assert browse_pairs.main([str(config), '--out', str(out), '--count', '3']) == 0
    height, width, _ = cv2.imread(str(out)).shape
    cell = 48 * 3 + 4
    assert (height - 24 - 4, width - 4) == (3 * cell, 6 * cell)


def is_yellow(picture):
    return (
        np.asarray(picture[0] > 0.99)
        & np.asarray(picture[1] > 0.99)
        & np.asarray(picture[2] < 0.01)
    )


def test_boxes_are_drawn_in_both_views_and_shrink_where_they_are_masked(config):
    shown = sheet.columns(Config.fromfile(config), 4, seed=1)
    frames = {name: [is_yellow(p) for p in shown[name]] for name in shown}
    for day, night in zip(frames['day'], frames['night'], strict=True):
        assert day.any() and np.array_equal(day, night)
    assert not any(f.any() for f in frames['dark'] + frames['target'])
    assert any(
        not np.array_equal(a, b) for a, b in zip(frames['day'], frames['day_masked'], strict=True)
    )


def test_pictures_of_several_sizes_are_padded():
    pictures = [torch.ones(3, 4, 6), torch.ones(3, 8, 5)]
    got = sheet.same_size(dict(day=pictures, dark=torch.ones(2, 3, 2, 7)))
    assert got['day'].shape == got['dark'].shape == (2, 3, 8, 7)
    assert float(got['day'].sum()) == 3 * (24 + 40)
