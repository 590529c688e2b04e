"""Sets whose classes differ from those of the training set end a run before its first batch."""

import copy
import json

import pytest

from toy import Pictures, build_stock, make_runner
from wiid_plugins.datasets import ClassFolder
from wiid_plugins.engine import ClassesHook
from wiid_plugins.engine.classes import compare, labelled_sets, sets_to_test

ABC = ('a', 'b', 'c')


@pytest.mark.parametrize(
    'found, words',
    [
        (('a', 'c'), "missing: 'b'"),
        (('a', 'b', 'c', 'd'), "unknown: 'd'"),
        (('A', 'b', 'c'), "written otherwise: 'A' for 'a'"),
        (('c', 'b', 'a'), "in another order: 'c', 'b', 'a'"),
        (('x', 'B', 'a'), "missing: 'c'; unknown: 'x'; written otherwise: 'B' for 'b'"),
        ('abc', r"classes is the text 'abc'; a tuple of one needs a comma: \('abc',\)"),
    ],
)
def test_each_difference_is_named(found, words):
    with pytest.raises(ValueError, match=words) as error:
        compare('training set day', ABC, 'night', found)
    assert str(error.value).startswith('night: ')


def test_a_class_that_is_named_twice_is_a_fault():
    with pytest.raises(ValueError, match="night: metainfo.classes names 'a' more than once"):
        compare('training set', ABC, 'night', ('a', 'b', 'a'))


def test_a_training_is_not_resumed_on_other_classes(tmp_path):
    first = validated(tmp_path / 'a', ABC)
    first.train()
    first.save_checkpoint(str(tmp_path), 'w.pth')
    resumed = validated(tmp_path / 'b', ('a', 'c', 'b'), train=('a', 'c', 'b'))
    resumed._load_from, resumed._resume = str(tmp_path / 'w.pth'), True
    with pytest.raises(ValueError, match='checkpoint .*w.pth .in another order'):
        resumed.train()


def test_equal_classes_pass():
    compare('training set', ABC, 'night', list(ABC))


def with_classes(classes, **changes):
    data = Pictures(4)
    data.metainfo = dict(classes=classes)
    vars(data).update(changes)
    return data


def test_joined_and_wrapped_sets_are_looked_into_and_unlabelled_ones_left_out():
    joined = copy.copy(with_classes(ABC))
    joined.datasets = [
        with_classes(ABC, ann_file='day.txt'),
        with_classes(('x',), with_label=False),
    ]
    wrapped = with_classes(ABC, dataset=joined)
    assert list(labelled_sets(wrapped)) == [('day.txt', ABC)]


def validated(folder, classes, train=ABC):
    loader = dict(
        dataset=with_classes(classes, img_prefix='test_night'),
        sampler=dict(type='DefaultSampler', shuffle=False),
        batch_size=4,
    )
    return make_runner(
        folder,
        build_stock(),
        data=with_classes(train),
        hooks=[ClassesHook()],
        val_dataloader=loader,
        val_cfg=dict(),
        val_evaluator=dict(type='mmpretrain.Accuracy', topk=1),
        test_dataloader=copy.deepcopy(loader),
        test_cfg=dict(),
        test_evaluator=dict(type='mmpretrain.Accuracy', topk=1),
    )


def test_a_validation_set_without_one_class_ends_a_training_before_its_first_step(tmp_path):
    runner = validated(tmp_path, ('a', 'c'))
    with pytest.raises(ValueError, match="test_night: its classes.*missing: 'b'"):
        runner.train()
    assert runner.iter == 0


def test_a_test_set_is_held_against_the_checkpoints_classes(tmp_path):
    trained = validated(tmp_path / 'a', ABC)
    trained.train()
    trained.save_checkpoint(str(tmp_path), 'w.pth')
    tester = validated(tmp_path / 'b', ('a', 'C', 'b'))
    tester._load_from = str(tmp_path / 'w.pth')
    with pytest.raises(ValueError, match=r"checkpoint .*w.pth \(written otherwise: 'C' for 'c'\)"):
        tester.test()
    tester = validated(tmp_path / 'c', ABC)
    tester._load_from = str(tmp_path / 'w.pth')
    assert 'accuracy/top1' in tester.test()


def test_a_folder_to_test_on_may_lack_a_class_where_all_are_named(tmp_path):
    for name in ('a', 'c'):
        (tmp_path / name).mkdir()
        (tmp_path / name / '0.png').touch()
    data = ClassFolder(data_prefix=str(tmp_path), metainfo=dict(classes=ABC), test_mode=True)
    assert [data.get_data_info(i)['gt_label'] for i in range(2)] == [0, 2]
    with pytest.raises(ValueError, match=r"missing \['b'\]"):
        ClassFolder(data_prefix=str(tmp_path), metainfo=dict(classes=ABC))


def folders(root, *names):
    for name in names:
        (root / name).mkdir(parents=True)
        (root / name / '0.png').touch()
    return dict(type='wiid_plugins.ClassFolder', data_prefix=str(root), pipeline=[], test_mode=True)


def test_a_training_looks_at_the_sets_that_are_tested_later(tmp_path):
    runner = validated(tmp_path / 'w', ABC)
    night = folders(tmp_path / 'night', 'a', 'b', 'x')
    sets = [night, copy.deepcopy(night), folders(tmp_path / 'day', 'a', 'b', 'c')]
    runner.cfg.test_dataloader = dict(dataset=dict(type='ConcatDataset', datasets=sets))
    assert [len(found) for found in sets_to_test(runner.cfg.test_dataloader)] == [3, 3]  # each once
    with pytest.raises(ValueError, match="night: its classes.*missing: 'c'; unknown: 'x'"):
        runner.train()
    assert runner.iter == 0


@pytest.mark.parametrize('boxes', [0, 1])
def test_a_test_set_without_a_box_is_refused(tmp_path, boxes):
    file, box = tmp_path / 'night.json', dict(id=0, image_id=0, category_id=1, bbox=[0, 0, 4, 4])
    image = dict(id=0, file_name='0.png', width=8, height=8)
    content = dict(images=[image], categories=[dict(id=1, name='a')])
    content['annotations'] = [box | dict(area=16, iscrowd=0)] * boxes
    file.write_text(json.dumps(content))
    dataset = dict(
        type='wiid_plugins.CheckedCoco', ann_file=str(file), metainfo=dict(classes=('a',))
    )
    loader = dict(dataset=dict(dataset, data_prefix=dict(img=''), test_mode=True, pipeline=[]))
    if boxes:
        assert len(list(sets_to_test(loader))) == 1
        return
    with pytest.raises(ValueError, match='night.json: none of its 1 images has a label'):
        list(sets_to_test(loader))
