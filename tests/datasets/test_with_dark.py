"""WithDark lays unlabelled dark pictures beside the labelled set, and is that set otherwise."""

import cv2
import numpy as np
import pytest
import torch
from mmengine.dataset import pseudo_collate

from wiid_plugins.datasets import WithDark
from wiid_plugins.registry import DATASETS

PIPELINE = [dict(type='wiid_plugins.LoadImage'), dict(type='mmpretrain.PackInputs')]


def flat(level):
    return np.full((8, 8, 3), level, np.uint8)


@pytest.fixture
def config(tmp_path):
    """Day pictures of levels 200 to 205 in two classes, dark ones of 1, 2 and 3."""
    for i in range(6):
        folder = tmp_path / 'day' / 'ab'[i % 2]
        folder.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / f'{i}.png'), flat(200 + i))
    (tmp_path / 'dark').mkdir()
    for level in (1, 2, 3):
        cv2.imwrite(str(tmp_path / f'dark/{level}.png'), flat(level))
    folder = dict(type='wiid_plugins.ClassFolder', pipeline=PIPELINE)
    return dict(
        type='wiid_plugins.WithDark',
        dataset=dict(folder, data_prefix=str(tmp_path / 'day')),
        dark=dict(folder, data_prefix=str(tmp_path / 'dark'), with_label=False),
    )


def test_it_has_the_length_classes_and_records_of_the_labelled_set(config):
    both, day = DATASETS.build(config), DATASETS.build(config['dataset'])
    assert isinstance(both, WithDark)
    assert len(both) == len(day) == 6
    assert both.metainfo == day.metainfo and both.metainfo['classes'] == ('a', 'b')
    assert both.get_data_info(4) == day.get_data_info(4)


def test_samples_are_those_of_the_labelled_set_with_a_dark_picture(config):
    both, day = DATASETS.build(config), DATASETS.build(config['dataset'])
    for i in range(6):
        sample, alone = both[i], day[i]
        assert sample.keys() == alone.keys() | {'dark'}
        assert torch.equal(sample['inputs'], alone['inputs'])
        assert torch.equal(sample['data_samples'].gt_label, alone['data_samples'].gt_label)
        assert sample['dark'].dtype == torch.uint8 and sample['dark'].shape == (3, 8, 8)


def test_the_dark_picture_is_drawn_anew_from_all_of_them(config):
    both = DATASETS.build(config)
    np.random.seed(0)
    drawn = [int(both[0]['dark'][0, 0, 0]) for _ in range(60)]
    assert set(drawn) == {1, 2, 3} and min(drawn.count(v) for v in (1, 2, 3)) > 8
    np.random.seed(0)
    assert drawn == [int(both[0]['dark'][0, 0, 0]) for _ in range(60)]


def test_both_sets_may_be_initialised_late(config):
    for part in ('dataset', 'dark'):
        config[part]['lazy_init'] = True
    both = DATASETS.build(config)
    both.full_init()
    assert len(both) == 6 and both.dark._fully_initialized


def test_its_samples_collate(config):
    both = DATASETS.build(config)
    batch = pseudo_collate([both[i] for i in range(3)])
    assert len(batch['dark']) == len(batch['inputs']) == len(batch['data_samples']) == 3


@pytest.mark.parametrize('late', [False, True])
def test_an_empty_dark_list_is_named_with_its_mend(config, tmp_path, late):
    (tmp_path / 'dark.txt').touch()
    config['dark'] |= dict(data_root=str(tmp_path), ann_file='dark.txt', lazy_init=late)
    with pytest.raises(ValueError, match=r'dark\.txt: holds no unlabelled dark .*; add some, or'):
        DATASETS.build(config).full_init()


def test_an_empty_day_list_is_not_taken_for_a_dark_one(config, tmp_path):
    (tmp_path / 'day.txt').touch()
    config['dataset'] |= dict(ann_file=str(tmp_path / 'day.txt'), lazy_init=True)
    with pytest.raises(ValueError, match='need at least one array'):
        DATASETS.build(config).full_init()
