"""What stands around a model or a dataset, a test-time augmentation or a repetition, goes on."""

import pytest
import torch
from mmengine.config import ConfigDict
from mmengine.runner import Runner

from compose_toy import two_lines
from toy import Pictures, build_paired
from wiid_plugins.compose import compose
from wiid_plugins.datasets import WithDark
from wiid_plugins.engine import CheckpointFitsHook
from wiid_plugins.models.unwrapped import model_of


def test_test_time_augmentation_keeps_the_views():
    cfg = two_lines('mmpretrain::resnet/resnet18_8xb32_in1k.py')
    cfg.model = ConfigDict(type='AverageClsScoreTTA', module=cfg.model)
    norm = dict(cfg.data_preprocessor)
    cfg = compose(cfg)
    inner = cfg.model.module
    assert inner.type == 'wiid_plugins.PairedClassifier'
    assert inner.data_preprocessor.preprocessor == {**norm, 'type': 'ClsDataPreprocessor'}
    assert 'data_preprocessor' not in cfg  # a Runner would put it in the place of ours


def test_a_checkpoint_that_does_not_fit_is_not_averaged_over(tmp_path):
    torch.save({'state_dict': {'model.other': torch.zeros(1)}, 'meta': {}}, tmp_path / 'w.pth')
    runner = Runner(
        model=dict(type='mmpretrain.AverageClsScoreTTA', module=build_paired()),
        work_dir=str(tmp_path),
        test_dataloader=dict(
            dataset=Pictures(2), sampler=dict(type='DefaultSampler', shuffle=False), batch_size=2
        ),
        test_cfg=dict(),
        test_evaluator=dict(type='mmpretrain.Accuracy', topk=1),
        load_from=str(tmp_path / 'w.pth'),
        default_scope='mmpretrain',
        experiment_name=tmp_path.name,
        custom_hooks=[CheckpointFitsHook()],
        log_level='ERROR',
    )
    assert model_of(runner) is runner.model.module
    with pytest.raises(ValueError, match='does not fit the model of the config'):
        runner.test()


def test_each_repeat_of_a_clip_has_a_dark_clip_beside_it():
    both = WithDark.__new__(WithDark)
    both.dataset = [[dict(inputs=1), dict(inputs=2)]]
    both.dark = [dict(inputs=3), dict(inputs=4)]
    found = both[0]
    assert [sample['inputs'] for sample in found] == [1, 2]
    assert {sample['dark'] for sample in found} <= {3, 4}


def test_a_config_for_a_test_only_is_laid():
    cfg = two_lines('mmaction::recognition/x3d/x3d_s_13x6x1_facebook-kinetics400-rgb.py', dark='x')
    cfg = compose(cfg)
    assert cfg.model.type == 'wiid_plugins.PairedRecognizer'
    assert len(cfg.test_dataloader.dataset.datasets) == 2
