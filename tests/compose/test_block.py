"""The block ``wiid``: what it becomes, and what is refused with a sentence."""

import pytest
from mmengine.config import Config

from wiid_plugins.compose import compose

LOAD, PACK = dict(type='LoadImageFromFile'), dict(type='PackInputs')
AUX = dict(byol=dict(weight=0.1, momentum=0.01), mmd=dict(weight=0.1))


def stock(**wiid):
    """A stock config of a classifier with a block."""
    train = [
        LOAD,
        dict(type='RandomResizedCrop', scale=32),
        dict(type='RandAugment', policies='timm_increasing', num_policies=2),
        dict(type='RandomFlip', prob=0.5, direction='horizontal'),
        dict(type='RandomErasing', erase_prob=0.25),
        PACK,
    ]
    test = [LOAD, dict(type='CenterCrop', crop_size=32), PACK]
    data = dict(type='CustomDataset', data_root='data/')
    loader = dict(batch_size=2, num_workers=0, persistent_workers=True)
    return Config(
        dict(
            default_scope='mmpretrain',
            model=dict(type='ImageClassifier', backbone=dict(type='ResNet', depth=18)),
            data_preprocessor=dict(mean=[0.0] * 3, std=[1.0] * 3),
            train_dataloader=dict(**loader, dataset=dict(**data, pipeline=train)),
            val_dataloader=dict(**loader, dataset=dict(**data, pipeline=test)),
            test_dataloader=dict(**loader, dataset=dict(**data, pipeline=test)),
            val_evaluator=dict(type='Accuracy'),
            test_evaluator=[dict(type='Accuracy')],
            default_hooks=dict(checkpoint=dict(type='CheckpointHook', interval=2)),
            wiid=dict(darken=dict(), enhance=dict(target=0.3), mask=dict(), aux=AUX) | wiid,
        )
    )


def names(pipeline):
    return [step['type'].split('.')[-1] for step in pipeline]


def domains(loader):
    """Name of each test set -> its pipeline."""
    sets = loader.dataset.datasets
    return {s['pipeline'][-2]['name']: names(s['pipeline']) for s in sets}


def test_without_a_block_nothing_is_changed():
    config = stock()
    config.pop('wiid')
    assert compose(config) is config


def test_the_stock_config_stays_as_it_is():
    config = stock(dark='dark')
    before = config.pretty_text
    compose(config)
    assert config.pretty_text == before


def test_the_dark_stream_has_the_geometry_of_the_day_and_none_of_its_light():
    both = compose(stock(dark='some/dark')).train_dataloader.dataset
    assert both.type == 'wiid_plugins.WithDark' and both.dark.data_prefix == 'some/dark'
    assert names(both.dark.pipeline) == [
        *('LoadImageFromFile', 'RandomResizedCrop', 'RandomFlip', 'PackInputs'),
    ]
    assert len(both.dataset.pipeline) == 6 and not both.dark.with_label


def test_day_and_night_are_tested_raw_and_enhanced_after_the_geometry():
    config = compose(stock(night=dict(data_root='night/')))
    found = domains(config.test_dataloader)
    assert list(found) == ['day', 'day_enhanced', 'night', 'night_enhanced']
    for name, steps in found.items():
        enhance = ['Enhance'] * name.endswith('enhanced')
        assert steps == ['LoadImageFromFile', 'CenterCrop', *enhance, 'SetDomain', 'PackInputs']
    sets = config.test_dataloader.dataset.datasets
    assert [s.data_root for s in sets] == ['data/', 'data/', 'night/', 'night/']
    assert (
        'domain' in sets[0].pipeline[-1].meta_keys and 'img_path' in sets[0].pipeline[-1].meta_keys
    )
    assert sets[1].pipeline[2].target == 0.3
    assert config.test_evaluator.type == 'wiid_plugins.DayNightMetric'


def test_a_validation_without_a_night_has_one_made_and_never_sees_that_of_the_test():
    config = compose(stock(night=dict(data_root='night/')))
    found = domains(config.val_dataloader)
    assert list(found) == ['day', 'night_enhanced']
    assert found['night_enhanced'][2:4] == ['Darken', 'Enhance']
    assert all(s.data_root == 'data/' for s in config.val_dataloader.dataset.datasets)
    given = compose(stock(val=dict(day=None, night=dict(data_root='own/'))))
    assert list(domains(given.val_dataloader)) == ['night', 'night_enhanced']


def test_without_dark_images_there_is_no_mmd_and_without_pairs_only_the_test_changes():
    config = compose(stock())
    assert config.model.aux.mmd is None and config.model.aux.byol
    assert config.train_dataloader.dataset.type == 'CustomDataset'
    plain = compose(stock(paired=False, dark='dark'))
    assert plain.model == stock().model
    assert plain.train_dataloader.dataset == stock().train_dataloader.dataset
    assert list(domains(plain.test_dataloader)) == ['day', 'day_enhanced']
    assert not any('Momentum' in hook.type for hook in plain.custom_hooks)


def test_hooks_come_once_and_checkpoints_are_whole():
    config = stock()
    config.custom_hooks = [dict(type='EMAHook'), dict(type='wiid_plugins.ReseedHook')]
    composed = compose(config)
    found = [hook.type for hook in composed.custom_hooks]
    assert found[:2] == ['EMAHook', 'wiid_plugins.ReseedHook'] and len(set(found)) == len(found)
    assert 'wiid_plugins.MomentumHook' in found
    hook = composed.default_hooks.checkpoint
    assert (hook.type, hook.interval) == ('wiid_plugins.SafeCheckpointHook', 2)
    assert composed.train_dataloader.persistent_workers is False


def test_in_test_time_augmentation_the_model_inside_is_paired():
    config = stock()
    config.model = dict(type='AverageClsScoreTTA', module=config.model)
    flips = [[dict(type='RandomFlip', prob=1.0)], [PACK]]
    tta = [LOAD, dict(type='TestTimeAug', transforms=flips)]
    config.test_dataloader.dataset.pipeline = tta
    composed = compose(config)
    assert composed.model.type == 'AverageClsScoreTTA'
    assert composed.model.module.type == 'wiid_plugins.PairedClassifier'
    steps = composed.test_dataloader.dataset.datasets[1].pipeline
    assert names(steps) == ['LoadImageFromFile', 'Enhance', 'SetDomain', 'TestTimeAug']
    assert 'domain' in steps[-1].transforms[1][0].meta_keys


@pytest.mark.parametrize(
    ('changes', 'words'),
    [
        (dict(drak='x'), "wiid has no key 'drak'. Did you mean 'dark'"),
        (dict(darken=dict(exposur=1)), "wiid.darken has no key 'exposur'. Did you mean 'exposure'"),
        (dict(mask=dict(grid=1)), "wiid.mask has no key 'grid'"),
        (dict(mask=dict(num_blocks=5)), "wiid.mask has no key 'num_blocks'"),
        (dict(aux=dict(bioyl=1)), "Did you mean 'byol'"),
        (dict(task='det'), 'wiid_det.py does not fit a stock config of mmpretrain; take wiid_cls'),
        (dict(darken=dict(method='stored', folder='x')), 'takes class folders'),
    ],
)
def test_a_wrong_block_is_refused_with_a_sentence(changes, words):
    with pytest.raises(ValueError, match=words):
        compose(stock(**changes))


def test_other_evaluators_and_joined_sets_are_refused():
    config = stock()
    config.test_evaluator = [dict(type='Accuracy'), dict(type='Accuracy')]
    with pytest.raises(ValueError, match='test_evaluator: wiid takes one metric, not 2'):
        compose(config)
    config.test_evaluator = dict(type='AveragePrecision')
    with pytest.raises(ValueError, match='test_evaluator is AveragePrecision'):
        compose(config)
    config = stock()
    part = config.test_dataloader.dataset
    config.test_dataloader.dataset = dict(type='ConcatDataset', datasets=[part, part])
    with pytest.raises(ValueError, match='ConcatDataset joins several sets'):
        compose(config)
    config = stock()
    config.default_scope = 'mmseg'
    with pytest.raises(ValueError, match="default_scope is 'mmseg'"):
        compose(config)


@pytest.mark.parametrize(
    ('scope', 'stock_type', 'checked'),
    [('mmdet', 'CocoDataset', 'CheckedCoco'), ('mmaction', 'VideoDataset', 'ClipList')],
)
def test_stock_datasets_check_what_they_read(scope, stock_type, checked):
    config = stock(paired=False, mask=None)
    config.default_scope = scope
    read = [LOAD, dict(type='DecordDecode')]
    config.train_dataloader.dataset = dict(
        type='RepeatDataset', times=2, dataset=dict(type=stock_type, ann_file='a', pipeline=read)
    )
    for job in ('val', 'test'):
        config[f'{job}_dataloader'] = None
    assert compose(config).train_dataloader.dataset.dataset.type == f'wiid_plugins.{checked}'
