"""Somebody's own images of 16 bits keep them through a composed training and test."""

from pathlib import Path

import pytest
import torch
from mmengine.registry import DATASETS, init_default_scope

from light_files import dark_scene, write_dng, write_png
from wiid_plugins.compose import read_config

CONFIG = Path(__file__).resolve().parents[2] / 'configs/own/cls.py'
JOBS = ('train', 'val', 'test')


@pytest.fixture
def deep(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    init_default_scope('mmpretrain')
    for part in ('day', 'night', 'test'):
        for name in ('cat', 'dog'):
            (tmp_path / part / name).mkdir(parents=True)
            scene = dark_scene(64, 64, 0.02 if part == 'night' else 0.9)
            write_png(tmp_path / part / name / '0.png', scene)
    (tmp_path / 'dark').mkdir()
    write_png(tmp_path / 'dark' / '0.png', dark_scene(64, 64, 0.02))
    return dict(day='day', dark='dark', night='night', test='test', size=56)


@pytest.mark.parametrize('dtype', ['uint8', 'float32'])
def test_floats_reach_the_model_where_the_config_says_so(deep, dtype):
    floats = {f'{job}_dataloader.dataset.pipeline.0.dtype': dtype for job in JOBS}
    config = read_config(CONFIG, {**deep, **floats})
    sample = DATASETS.build(config.train_dataloader.dataset)[0]
    assert sample['inputs'].dtype == sample['dark'].dtype == getattr(torch, dtype)
    found = {}
    for part in config.test_dataloader.dataset.datasets:
        sample = DATASETS.build(part)[0]
        found[sample['data_samples'].domain] = sample['inputs']
    night = found['night_enhanced']
    assert 60 < night.float().mean() < 130 and night.dtype == getattr(torch, dtype)
    assert night.unique().numel() < 20 if dtype == 'uint8' else night.unique().numel() > 500


def test_raw_photos_are_named_by_suffix_or_in_a_list(deep, tmp_path):
    pytest.importorskip('rawpy', reason='camera RAW needs rawpy: pip install rawpy')
    for name in ('night/cat/1.dng', 'night/dog/1.dng', 'dark/1.dng'):
        write_dng(tmp_path / name, dark_scene(64, 64, 0.02)[..., 0])
    (tmp_path / 'dark.txt').write_text('dark/0.png\ndark/1.dng\n')
    kinds = {'test_dataloader.dataset.extensions': ['.dng', '.png']}
    config = read_config(CONFIG, {**deep, **kinds, 'dark': 'dark.txt'})
    assert len(DATASETS.build(config.train_dataloader.dataset).dark) == 2
    night = DATASETS.build(config.test_dataloader.dataset.datasets[-1])
    assert [night[i]['inputs'].shape for i in range(len(night))] == [(3, 56, 56)] * 4
