"""Unpaired day and dark pictures: trees and list files through the configs' own pipelines."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner

from toy import Line
from wiid_plugins.engine import ReseedHook
from wiid_plugins.registry import DATASETS

ROOT = Path(__file__).resolve().parents[2]
FRAGMENTS = sorted(ROOT.glob('configs/_base_/datasets/unpaired_*.py'))
DAY = ['signs/stop 1.png', 'signs/stop 2.png', 'top.png']


@pytest.fixture
def folder(tmp_path):
    """Three day pictures of levels 200 to 202, four dark ones of 3 to 6, in trees."""
    dark = [f'street/{i}.png' for i in range(4)]
    for side, names, level in (('day', DAY, 200), ('dark', dark, 3)):
        for i, name in enumerate(names):
            path = tmp_path / side / name
            path.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(path), np.full((20, 30, 3), level + i, np.uint8))
    return tmp_path


def loader_of(folder, fragment=FRAGMENTS[0]):
    """The training loader of a config, on these pictures."""
    init_default_scope('mmpretrain')
    loader = Config.fromfile(fragment).train_dataloader
    loader.dataset.dataset.data_prefix = str(folder / 'day')
    loader.dataset.dark.data_prefix = str(folder / 'dark')
    return loader


def only_loading(folder):
    config = loader_of(folder).dataset
    plain = [dict(type='wiid_plugins.LoadImage'), dict(type='PackInputs')]
    config.dataset.pipeline = config.dark.pipeline = plain
    return config


def test_there_are_fragments():
    assert [p.stem for p in FRAGMENTS] == ['unpaired_codan', 'unpaired_demo', 'unpaired_gtsrb']


@pytest.mark.parametrize('fragment', FRAGMENTS, ids=lambda p: p.stem)
def test_both_sides_come_out_at_one_size_and_the_dark_side_enhanced(folder, fragment):
    size = 256 if 'codan' in fragment.stem else 48
    bright = 0.2 if 'gtsrb' in fragment.stem else 0.4
    both = DATASETS.build(loader_of(folder, fragment).dataset)
    assert len(both) == 3 and len(both.dark) == 4
    for i in range(3):
        sample = both[i]
        for picture in (sample['inputs'], sample['dark']):
            assert picture.shape == (3, size, size) and picture.dtype == torch.uint8
        assert set(sample['inputs'].unique().tolist()) == {200 + i}
        light = sample['dark'].float().mean() / 255  # before: 0.01 to 0.02
        assert light == pytest.approx(bright, abs=0.02)


def test_a_list_file_chooses_and_orders_the_pictures(folder):
    config = only_loading(folder)
    lists = dict(dataset=['top.png', 'signs/stop 2.png'], dark=['street/3.png'])
    for side, names in lists.items():
        config[side].ann_file = str(folder / f'{side}.txt')
        Path(config[side].ann_file).write_text('\n'.join(names) + '\n')
    both = DATASETS.build(config)
    assert [int(both[i]['inputs'][0, 0, 0]) for i in range(len(both))] == [202, 201]
    assert int(both[0]['dark'][0, 0, 0]) == 6


def test_a_listed_picture_that_is_not_there_and_a_missing_folder_are_named(folder):
    config = only_loading(folder)
    config.dataset.ann_file = str(folder / 'list.txt')
    (folder / 'list.txt').write_text('signs/gone.png\n')
    with pytest.raises(FileNotFoundError, match=r'signs/gone.png: there is no such picture'):
        DATASETS.build(config)[0]
    config.dark.data_prefix = str(folder / 'nowhere')
    with pytest.raises(FileNotFoundError, match='nowhere: there is no such folder'):
        DATASETS.build(config)


@pytest.mark.parametrize('workers', [0, 1])
def test_an_epoch_draws_the_same_dark_pictures_again_and_the_next_one_others(folder, workers):
    loader = loader_of(folder)
    loader.update(batch_size=3, num_workers=workers, dataset=only_loading(folder))
    runner = Runner(
        model=Line(),
        work_dir=str(folder / 'work'),
        train_dataloader=loader,
        train_cfg=dict(by_epoch=True, max_epochs=1),
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),
        randomness=dict(seed=0),
        log_level='ERROR',
        default_scope='mmpretrain',
        experiment_name=f'draws-{workers}',
    )
    loop, hook = runner.train_loop, ReseedHook()

    def epoch(number):
        loop._epoch = number
        hook.before_train_epoch(runner)
        draws = [batch['dark'] for _ in range(6) for batch in loop.dataloader]
        return [int(picture[0, 0, 0]) for dark in draws for picture in dark]

    first, again, other = epoch(0), epoch(0), epoch(1)
    assert first == again and first != other and set(first) <= {3, 4, 5, 6}
