"""COCO -> ExDark: from published trees to what the configs train and test on."""

from pathlib import Path

import pytest
from mmengine.registry import init_default_scope

from prepare_trees import make_coco, make_devkit, make_exdark
from tools.prepare import exdark, voco
from wiid_plugins.compose import read_config
from wiid_plugins.registry import DATASETS

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / 'configs/cls/resnet50_wiid_1xb32-180e_coco2exdark.py'


@pytest.fixture
def config(tmp_path, monkeypatch):
    coco = make_coco(tmp_path / 'coco')
    voco.prepare(make_devkit(tmp_path / 'VOCdevkit'), coco, tmp_path / 'data/voco')
    exdark.prepare(make_exdark(tmp_path / 'published'), tmp_path / 'data/exdark')
    monkeypatch.chdir(tmp_path)
    init_default_scope('mmpretrain')
    return read_config(CONFIG)


def lines(name):
    return len(Path(f'data/{name}.txt').read_text().splitlines())


def test_training_sees_coco_with_labels_and_exdark_without(config):
    both = DATASETS.build(config.train_dataloader.dataset)
    assert len(both) == lines('voco/cls/train') > 0 and len(both.dark) == 24
    assert both.metainfo['classes'] == exdark.CLASSES
    for index in range(len(both)):
        info = both.get_data_info(index)
        assert '/coco_' in info['img_path'] and 0 <= info['gt_label'] < 12
    dark = [both.dark.get_data_info(i)['img_path'] for i in range(24)]
    assert all('exdark/images/train' in path for path in dark)
    assert not both.dark.with_label and 'exdark/images/train' in both.dark.img_prefix
    sample = both[0]
    assert sample['inputs'].shape == sample['dark'].shape == (3, 224, 224)


def test_exdark_is_tested_by_the_official_split_and_selects_nothing(config):
    for job, domains in dict(
        val=dict(day='voco/images/val', night_enhanced='voco/images/val'),
        test=dict(
            day='voco/images/val',
            day_enhanced='voco/images/val',
            night='exdark/images/test',
            night_enhanced='exdark/images/test',
        ),
    ).items():
        parts = config[f'{job}_dataloader'].dataset.datasets
        for part, (domain, folder) in zip(parts, domains.items(), strict=True):
            if folder.startswith('voco'):
                part.ann_file = 'cls/train.txt'  # the small tree's val may hold none of COCO's
                folder = 'voco/images/train'
            data = DATASETS.build(part)
            assert len(data) == (24 if 'exdark' in folder else lines('voco/cls/train'))
            sample = data[len(data) - 1]['data_samples']
            assert sample.domain == domain and folder in sample.img_path
    labels = [DATASETS.build(parts[2]).get_data_info(i)['gt_label'] for i in range(24)]
    assert sorted(labels) == sorted(2 * list(range(12)))
