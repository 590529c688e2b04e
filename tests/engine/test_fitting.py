"""A checkpoint that does not fit is not tested; a training says what it starts without."""

import logging

import pytest
import torch
from mmengine.logging import MMLogger
from mmengine.runner import Runner

from toy import Pictures, build_paired, build_stock, make_runner
from wiid_plugins.engine import CheckpointFitsHook

BUILD = {'plain': build_stock, 'paired': build_paired}


def save(folder, model, **changes):
    """Write a checkpoint; keys of ``changes`` are weights to replace, None takes one out."""
    state = {**model.state_dict(), **changes}
    file = folder / 'weights.pth'
    torch.save({'state_dict': {k: v for k, v in state.items() if v is not None}, 'meta': {}}, file)
    return str(file)


def make_tester(folder, model, file):
    loader = dict(
        dataset=Pictures(4), sampler=dict(type='DefaultSampler', shuffle=False), batch_size=4
    )
    return Runner(
        model=model,
        work_dir=str(folder),
        test_dataloader=loader,
        test_cfg=dict(),
        test_evaluator=dict(type='mmpretrain.Accuracy', topk=1),
        load_from=file,
        default_scope='mmpretrain',
        experiment_name=folder.name,
        custom_hooks=[CheckpointFitsHook()],
        log_level='ERROR',
    )


@pytest.mark.parametrize(
    'config, weights', [('plain', 'plain'), ('paired', 'paired'), ('paired', 'plain')]
)
def test_a_checkpoint_that_fits_is_tested(tmp_path, config, weights):
    file = save(tmp_path, BUILD[weights]())
    assert 'accuracy/top1' in make_tester(tmp_path, BUILD[config](), file).test()


@pytest.mark.parametrize('fill', ['mean', 'token'])
def test_a_paired_checkpoint_is_not_tested_as_a_plain_one(tmp_path, fill):
    paired = build_paired(views=dict(regions=dict(), fill=fill))
    tester = make_tester(tmp_path, build_stock(), save(tmp_path, paired))
    with pytest.raises(ValueError, match='weights.pth does not fit.*paired.*export_plain.py'):
        tester.test()


@pytest.mark.parametrize('config', ['plain', 'paired'])
@pytest.mark.parametrize(
    'change, words',
    [
        (
            {'head.fc.weight': torch.zeros(7, 64)},
            r'1 are of another shape \(.*\(7, 64\).*\(3, 64\)\)',
        ),
        (
            {'head.fc.weight': None, 'head.fc.bias': None},
            r'2 of \d+ weights are missing \(.*head.fc',
        ),
        (
            {'backbone.conv1.weight': None},
            r'1 of \d+ weights are missing \(.*backbone.conv1.weight\)',
        ),
    ],
)
def test_missing_and_misshapen_weights_are_named(tmp_path, config, change, words):
    tester = make_tester(tmp_path, BUILD[config](), save(tmp_path, build_stock(), **change))
    with pytest.raises(ValueError, match=f'weights.pth does not fit the model.*: {words}'):
        tester.test()


def test_weights_of_another_model_are_refused_for_test_and_training(tmp_path):
    file = save(tmp_path, build_stock('mobilenet'))
    with pytest.raises(ValueError, match=r'\d+ of \d+ weights are missing'):
        make_tester(tmp_path, build_stock(), file).test()
    file = save(tmp_path, torch.nn.Linear(3, 2))
    runner = make_runner(tmp_path, build_stock(), hooks=[CheckpointFitsHook()], load_from=file)
    with pytest.raises(ValueError, match='load_from=.*weights.pth does not fit'):
        runner.train()


@pytest.mark.parametrize('config', ['plain', 'paired'])
def test_a_training_says_in_one_line_what_it_starts_without(tmp_path, config):
    file = save(tmp_path, build_stock(), **{'head.fc.weight': torch.zeros(7, 64)})
    views = dict(views=dict(darken=dict()), mmd=False) if config == 'paired' else {}
    model = BUILD[config](**views)
    runner = make_runner(tmp_path, model, hooks=[CheckpointFitsHook()], load_from=file)
    seen = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: seen.append(record.getMessage())
    MMLogger.get_current_instance().addHandler(handler)
    runner.train()
    told = [line for line in seen if '1 are of another shape' in line]
    assert len(told) == 1 and 'head.fc.weight' in told[0] and '\n' not in told[0]


def test_the_data_parallel_prefix_is_no_difference(tmp_path):
    state = {f'module.{k}': v for k, v in build_stock().state_dict().items()}
    torch.save({'state_dict': state}, tmp_path / 'w.pth')
    make_tester(tmp_path, build_stock(), str(tmp_path / 'w.pth')).test()
