"""Somebody's own data: from paths alone to datasets, classes and heads."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from wiid_plugins.compose import read_config
from wiid_plugins.engine import PairedRunner
from wiid_plugins.registry import MODELS
from wiid_plugins.yolo.options import write_data

CONFIGS = Path(__file__).resolve().parents[2] / 'configs/own'


def draw(*files):
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(file), np.full((24, 24, 3), 90, np.uint8))


@pytest.fixture
def folders(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for part in ('day', 'night', 'test'):
        draw(*(tmp_path / part / name / '0.png' for name in ('cat', 'dog', 'owl')))
    draw(tmp_path / 'dark' / 'deep' / '0.jpg')
    return dict(day='day', dark='dark', night='night', test='test')


def write_coco(file, names, images=('0.png',), boxes=True):
    content = dict(images=[dict(id=i, file_name=n) for i, n in enumerate(images)])
    content['categories'] = [dict(id=i, name=n) for i, n in enumerate(names)]
    content['annotations'] = [dict(id=0, image_id=0, category_id=0, bbox=[1, 1, 5, 5])] * boxes
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content))


def domains(loader):
    return [s.pipeline[-2].name for s in loader.dataset.datasets]


def test_folders_of_classes_size_head_and_preprocessor(folders):
    config = read_config(CONFIGS / 'cls.py', folders)
    assert config.model.classifier.head.num_classes == 3
    assert config.model.data_preprocessor.preprocessor.num_classes == 3
    both = config.train_dataloader.dataset
    assert (both.dataset.data_prefix, both.dark.data_prefix) == ('day', 'dark')
    sets = config.test_dataloader.dataset.datasets
    assert [s.data_prefix for s in sets] == ['test', 'test', 'night', 'night']
    assert {s.metainfo.classes for s in sets} == {('cat', 'dog', 'owl')}
    assert domains(config.val_dataloader) == domains(config.test_dataloader)
    assert 'day' not in config and 'wiid' not in config


def test_the_size_reaches_every_pipeline(folders):
    config = read_config(CONFIGS / 'cls.py', {**folders, 'size': 56})
    both = config.train_dataloader.dataset
    assert both.dataset.pipeline[1].scale == both.dark.pipeline[1].scale == 56
    for part in config.test_dataloader.dataset.datasets:
        assert (part.pipeline[1].scale, part.pipeline[2].crop_size) == (64, 56)


def test_a_plain_run_is_one_option_away(folders):
    config = read_config(CONFIGS / 'cls.py', {**folders, 'wiid.paired': False})
    assert config.model.type == 'ImageClassifier' and config.model.head.num_classes == 3
    assert config.train_dataloader.dataset.type == 'wiid_plugins.ClassFolder'
    assert domains(config.test_dataloader)[-1] == 'night_enhanced'


def test_what_is_not_given_is_not_tested(folders):
    none = read_config(CONFIGS / 'cls.py', dict(day='day'))
    assert none.test_dataloader is None and none.val_evaluator is None
    assert none.model.aux.mmd is None
    night = read_config(CONFIGS / 'cls.py', dict(day='day', night='night'))
    assert domains(night.test_dataloader) == ['night', 'night_enhanced']
    day = read_config(CONFIGS / 'cls.py', dict(day='day', test='test'))
    assert domains(day.test_dataloader) == ['day', 'day_enhanced']
    assert domains(day.val_dataloader) == ['day', 'night_enhanced']
    made = day.val_dataloader.dataset.datasets[1]
    assert made.data_prefix == 'test' and made.pipeline[3].type == 'wiid_plugins.Darken'


@pytest.mark.parametrize('place', ['', 'images', 'train', 'images/train'])
def test_images_of_a_coco_file_are_found_and_its_categories_are_the_classes(folders, place):
    write_coco(file := Path() / 'annotations/instances_train.json', ['car', 'bus'])
    draw(Path() / place / '0.png')
    config = read_config(CONFIGS / 'det.py', dict(day=str(file), dark='dark', test=str(file)))
    day = config.train_dataloader.dataset.dataset
    assert config.model.detector.bbox_head.num_classes == 2 and day.metainfo.classes == (
        'car',
        'bus',
    )
    assert (Path() / day.data_prefix.img / '0.png').is_file()
    metrics = config.test_evaluator.metrics
    assert [m.ann_file for m in metrics] == [str(file)] * 2
    assert config.test_evaluator.dataset_prefixes == ['day', 'day_enhanced']
    fewer = read_config(CONFIGS / 'det.py', dict(day=str(file), classes=['bus']))
    assert fewer.model.detector.bbox_head.num_classes == 1


def test_lists_of_clips_name_their_classes_or_count_them(folders):
    (Path() / 'day.txt').write_text('a b.mp4 0\nc.mp4 4\n')
    config = read_config(CONFIGS / 'act.py', dict(day='day.txt', dark='clips', night='day.txt'))
    assert config.model.recognizer.cls_head.num_classes == 5
    both = config.train_dataloader.dataset
    assert both.dataset.data_prefix.video == '.' and both.dark.ann_file == 'clips'
    (Path() / 'classes.txt').write_text('jump\nrun\n')
    assert (
        read_config(CONFIGS / 'act.py', dict(day='day.txt')).model.recognizer.cls_head[
            'num_classes'
        ]
        == 2
    )


@pytest.mark.parametrize('names', [['car', 'bus'], {0: 'car', 1: 'bus'}])
def test_a_data_yaml_is_taken_as_it_is(folders, names):
    root = Path()
    draw(root / 'set/images/train/0.png', root / 'set/images/val/0.png', root / 'yard/0.png')
    (root / 'set/data.yaml').write_text(
        json.dumps(dict(train='images/train', val='images/val', names=names, path='.'))
    )
    options = dict(day='set/data.yaml', dark='dark', night='yard')
    config = read_config(CONFIGS / 'yolo.py', options)
    assert config.data.names == ['car', 'bus'] and config.wiid.dark == 'dark'
    assert config.wiid.day == 'images/val' and config.wiid.night == str(root.resolve() / 'yard')
    assert write_data(config, root).is_file()


@pytest.mark.parametrize(
    ('config', 'options', 'words'),
    [
        ('cls', dict(day=''), 'day=... is missing'),
        ('cls', dict(day='nowhere'), 'nowhere: there is no such data; give a folder with a folder'),
        ('cls', dict(day='day/cat'), 'day/cat: has no folders of classes'),
        ('cls', dict(day='day', night='nowhere'), 'nowhere: there is no such data'),
        ('det', dict(day='day'), 'day: is a folder; give a COCO annotation file'),
        ('det', dict(day='bad.json'), 'bad.json: is not a COCO annotation file'),
        ('det', dict(day='list.json'), 'list.json: is not a COCO annotation file'),
        ('det', dict(day='half.json'), 'half.json: has no annotations, categories'),
        ('det', dict(day='lost.json'), 'lost.json: its first image 7.png is in none of'),
        ('act', dict(day='bad.json'), 'bad.json: has no labelled clip'),
        ('yolo', dict(day='nowhere.yaml'), 'nowhere.yaml: there is no such file; give a data YAML'),
        ('yolo', dict(day='half.json'), 'half.json: has no train, val, names'),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(folders, config, options, words):
    root = Path()
    (root / 'bad.json').write_text('no json {')
    (root / 'list.json').write_text('[]')
    (root / 'half.json').write_text('{"images": []}')
    write_coco(root / 'lost.json', ['car'], images=('7.png',))
    with pytest.raises((ValueError, FileNotFoundError), match=words):
        read_config(CONFIGS / f'{config}.py', options)


def test_a_plain_run_and_a_wiid_run_from_its_checkpoint_end_in_a_table(folders):
    options = {**folders, 'size': 16, 'load_from': None, 'train_dataloader.batch_size': 3}
    options |= {f'{job}_dataloader.num_workers': 0 for job in ('train', 'val', 'test')}
    options |= {'model.backbone.stem_channels': 8, 'model.backbone.base_channels': 8}
    options |= {'model.head.in_channels': 64, 'train_cfg.max_epochs': 1, 'log_level': 'WARNING'}
    for name, own in (
        ('plain', {'wiid.paired': False}),
        ('wiid', {'load_from': 'plain/epoch_1.pth'}),
    ):
        config = read_config(CONFIGS / 'cls.py', {**options, **own, 'work_dir': name})
        runner = PairedRunner.from_cfg(config)
        runner.train()
        scores = runner.test()
        assert {f'{d}/class_mean' for d in ('day', 'night', 'night_enhanced')} <= set(scores)
    assert torch.load('wiid/epoch_1.pth', weights_only=False)['meta']['wiid']['setting'] == (
        'unsupervised'
    )
    assert runner.model.aux.mmd and len(runner.model.model.head.fc.bias) == 3


def test_a_start_of_another_class_count_is_used_and_says_what_starts_anew(folders):
    options = {**folders, 'size': 16, 'train_dataloader.num_workers': 0, 'work_dir': 'w'}
    options |= {'test': None, 'night': None, 'train_dataloader.batch_size': 3}
    config = read_config(CONFIGS / 'cls.py', {**options, 'train_cfg.max_epochs': 1})
    stock = MODELS.build({**config.model.classifier, '_scope_': 'mmpretrain'})
    state = stock.state_dict()
    state['head.fc.weight'] = torch.zeros(1000, 512)
    torch.save({'state_dict': state}, 'thousand.pth')
    config.load_from = 'thousand.pth'
    runner = PairedRunner.from_cfg(config)
    runner.train()
    log = next(Path('w').glob('*/*.log')).read_text()
    assert 'load_from=thousand.pth: 1 are of another shape (model.head.fc.weight (1000, 512)' in log
