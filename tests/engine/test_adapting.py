"""A test that adapts: what is scored is the adapted model, domain by domain."""

import pytest
import torch
from mmengine.runner import Runner

import use_toy
from wiid_plugins.compose import read_config


@pytest.fixture(scope='module')
def made(tmp_path_factory):
    root = tmp_path_factory.mktemp('signs')
    use_toy.write_classes(root / 'dark', light=0.1, n=4)
    return root, use_toy.classifier(root)


def by_test(made, folder, **adapt):
    root, (config, options, checkpoint) = made
    options = {**options, 'dark': str(root / 'dark'), 'wiid.pictures': False}
    cfg = read_config(config, {**options, 'wiid.adapt': adapt} if adapt else options)
    cfg.update(work_dir=str(folder), load_from=checkpoint, log_level='ERROR')
    cfg.test_dataloader.update(num_workers=0, persistent_workers=False, batch_size=3)
    runner = Runner.from_cfg(cfg)
    scores = {}

    class Keep:
        def __init__(self, process):
            self.process = process

        def __call__(self, data_samples, data_batch=None):
            for sample in data_samples:
                scores[sample.domain, sample.img_path] = sample.pred_score.clone()
            return self.process(data_samples=data_samples, data_batch=data_batch)

    loop = runner.build_test_loop(cfg.test_cfg)
    runner._test_loop = loop
    loop.evaluator.process = Keep(loop.evaluator.process)
    runner.test()
    return scores, runner.model.state_dict()


@pytest.fixture(scope='module')
def plainly(made, tmp_path_factory):
    """Scores without adaptation, and the model's state."""
    return by_test(made, tmp_path_factory.mktemp('plainly'))


@pytest.mark.parametrize('method', ['adabn', 'adabn-batch', 'tent'])
def test_a_test_adapts_and_leaves_the_model_as_it_was(made, plainly, tmp_path, method):
    stock, before = plainly
    adapted, after = by_test(made, tmp_path / method, method=method)
    assert stock.keys() == adapted.keys()
    assert any((stock[k] - adapted[k]).abs().max() > 1e-4 for k in stock)
    assert all(torch.equal(before[k], after[k]) for k in before)
    assert all(abs(v.sum().item() - 1) < 1e-5 for v in adapted.values())


def test_adabn_needs_dark_images(made):
    _, (config, options, _) = made
    cfg = read_config(config, {**options, 'wiid.adapt': dict(method='adabn')})
    cfg.update(work_dir='work_dirs/none', log_level='ERROR')
    with pytest.raises(ValueError, match=r'needs wiid\.dark'):
        Runner.from_cfg(cfg).test_loop  # noqa: B018
