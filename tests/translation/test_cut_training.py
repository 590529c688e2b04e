"""CUT in half precision, under DDP, and in a Runner that is stopped and resumed."""

import cv2
import numpy as np
import pytest
import torch
import torch.distributed as dist
from mmengine.config import Config
from mmengine.model import MMDistributedDataParallel, MMSeparateDistributedDataParallel
from mmengine.optim import AmpOptimWrapper
from mmengine.runner import Runner

from cut_toy import CONFIGS, NARROW, copies, make, make_batch, wrap
from wiid_plugins.compat import load_local


def test_bfloat16_trains_all_parts(monkeypatch):
    monkeypatch.setattr(
        'mmengine.optim.optimizer.amp_optimizer_wrapper.is_cuda_available', lambda: True
    )
    model = make()
    before = copies(model)
    half = []
    model.generator.model[1].register_forward_hook(lambda m, i, out: half.append(out.dtype))
    log = model.train_step(make_batch(), wrap(model, AmpOptimWrapper, dtype='bfloat16'))
    assert half and set(half) == {torch.bfloat16}
    assert all(torch.isfinite(v) for v in log.values())
    after = copies(model)
    still = {k for k, v in after.items() if torch.equal(v, before[k])}
    assert all(v.dtype == torch.float32 for v in after.values())
    # a bias in front of an instance norm has no effect; bfloat16 leaves noise of it, or nothing
    assert not {name for name in still if name.endswith('weight')}


@pytest.fixture
def lone_process(tmp_path):
    dist.init_process_group('gloo', init_method=f'file://{tmp_path}/meeting', rank=0, world_size=1)
    yield
    dist.destroy_process_group()


def test_under_ddp_it_trains_as_without(lone_process):
    plain, wrapped = make(), make()
    parts = MMSeparateDistributedDataParallel(wrapped)
    wrappers = wrap(plain), wrap(parts)
    for step in range(2):
        torch.manual_seed(step)
        expected = plain.train_step(make_batch(seed=step), wrappers[0])
        torch.manual_seed(step)
        found = parts.train_step(make_batch(seed=step), wrappers[1])
        torch.testing.assert_close(found, dict(expected))
    inner = {k.replace('.module', ''): v for k, v in copies(wrapped).items()}
    torch.testing.assert_close(inner, copies(plain))


def test_ddp_around_the_whole_model_is_refused_with_the_mend(lone_process):
    model = make()
    with pytest.raises(NotImplementedError, match='MMSeparateDistributedDataParallel'):
        MMDistributedDataParallel(model).train_step(make_batch(), wrap(model))


@pytest.fixture
def config(tmp_path):
    """The demo's config on 4 drawn pictures a side: two iterations an epoch."""
    random = np.random.default_rng(0)
    for name, high in (('day', 256), ('dark', 40)):
        (tmp_path / name).mkdir()
        for i in range(4):
            picture = random.integers(0, high, (40, 40, 3), dtype=np.uint8)
            cv2.imwrite(str(tmp_path / name / f'{i}.png'), picture)
    config = Config.fromfile(CONFIGS / 'darken/cut_1xb8-2e_demo.py')
    config.model.update(NARROW)
    config.train_dataloader.update(batch_size=2)
    config.train_dataloader.dataset.dataset.data_prefix = str(tmp_path / 'day')
    config.train_dataloader.dataset.dark.data_prefix = str(tmp_path / 'dark')
    config.param_scheduler = Config.fromfile(
        CONFIGS / 'darken/cut_1xb8-8e_gtsrb.py'
    ).param_scheduler
    config.param_scheduler.update(begin=1, end=2)
    config.log_level = 'ERROR'
    return config


def run(config, work_dir, epochs, resume=False):
    config = config.copy()
    config.experiment_name = f'{work_dir.name}-{epochs}'
    config.work_dir, config.resume = str(work_dir), resume
    config.train_cfg = dict(by_epoch=True, max_epochs=epochs)
    Runner.from_cfg(config).train()
    return load_local(str(work_dir / f'epoch_{epochs}.pth'))


def test_a_resumed_run_ends_where_an_unbroken_one_does(config, tmp_path):
    whole = run(config, tmp_path / 'whole', 2)
    start = run(config, tmp_path / 'broken', 1)['state_dict']
    resumed = run(config, tmp_path / 'broken', 2, resume=True)
    assert whole['meta']['iter'] == resumed['meta']['iter'] == 4
    assert whole['meta']['wiid']['setting'] == 'unsupervised'
    for name, value in whole['state_dict'].items():
        assert torch.equal(value, resumed['state_dict'][name]), name
    states = [saved['optimizer']['state'] for saved in (whole, resumed)]
    assert len(states[0]) == len(list(make().parameters()))
    for index, state in states[0].items():
        assert all(torch.equal(v, states[1][index][k]) for k, v in state.items())
    assert whole['optimizer']['param_groups'][0]['lr'] < 2e-4
    assert any(not torch.equal(v, whole['state_dict'][k]) for k, v in start.items())
    assert list((tmp_path / 'whole').glob('*/vis_data/vis_image/strip_2.png'))
