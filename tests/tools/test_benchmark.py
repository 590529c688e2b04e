import json

import cv2
import numpy as np
import pytest
import torch

from tools import benchmark
from tools.benchmarks import build, masks
from tools.benchmarks import step as steps
from tools.benchmarks.jobs import CLS_CONFIG
from wiid_plugins.compose import read_config
from wiid_plugins.ops.regions import RegionDraw

SMALL = {
    'model.backbone.stem_channels': 8,
    'model.backbone.base_channels': 8,
    'model.head.in_channels': 64,
}
SMALL_ARGS = ['--cfg-options', *(f'{k}={v}' for k, v in SMALL.items())]


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def small_steps(**model):
    config = read_config(CLS_CONFIG, SMALL)
    config.model.update(model)
    return build.build_steps(config, 32, 4, steps.Setting())


@pytest.mark.parametrize('channels_last', [False, True])
def test_wiid_and_the_bare_loop_do_the_same_passes(monkeypatch, channels_last):
    def sgd(model):  # linear in the gradient, where Adam would blow up rounding
        return torch.optim.SGD(model.parameters(), lr=0.01)

    monkeypatch.setattr(steps, 'make_optimizer', sgd)
    wiid, bare, *_ = small_steps(channels_last=channels_last).values()
    before = {k: v.clone() for k, v in wiid.model.state_dict().items()}
    for seed in range(3):
        losses = []
        for step in (wiid, bare):
            torch.manual_seed(seed)
            losses.append(step())
        torch.testing.assert_close(*losses, rtol=1e-4, atol=1e-4)
    # Rounding that flips a ReLU shows in single weights; the losses of later steps tell of updates.
    same = dict(rtol=1e-2, atol=2e-3)
    for name in ('head', 'neck'):
        own = wiid.model.model.get_submodule(name).state_dict()
        torch.testing.assert_close(own, getattr(bare, name).state_dict(), **same)
    slow = wiid.model.target.average['projectors'][0].state_dict()
    torch.testing.assert_close(slow, bare.slow_projector.state_dict(), **same)
    moved = wiid.model.state_dict()
    for name in ('model.backbone.conv1.weight', 'model.head.fc.weight'):
        assert (moved[name] - before[name]).abs().max() > 1e-4


def test_the_steps_share_weights_at_the_start_but_not_their_memory():
    steps = small_steps()
    first = [steps['WiiD'].model.model.head.fc.weight]
    first += [steps[name].head.fc.weight for name in ('bare loop', 'published order')]
    assert all(torch.equal(first[0], other) for other in first[1:])
    assert len({weight.data_ptr() for weight in first}) == 3


def test_letting_mmd_train_changes_the_gradient_but_not_the_loss():
    steps = small_steps()
    losses, moved = [], []
    for name in ('published order', 'published, MMD trains'):
        torch.manual_seed(1)
        losses.append(steps[name]())
        moved.append(steps[name].backbone.conv1.weight.detach())
    torch.testing.assert_close(*losses)
    assert not torch.allclose(*moved, atol=1e-6)


def test_the_published_order_learns_and_moves_its_slow_copy():
    step = small_steps()['published order']
    fast, slow = (p[0].detach().clone() for p in (step.fast_parameters, step.slow_parameters))
    assert torch.isfinite(step())
    assert torch.equal(slow, fast) and torch.equal(step.slow_parameters[0], slow)
    step()  # the first step advanced towards equal weights
    assert not torch.equal(step.fast_parameters[0], fast)
    assert not torch.equal(step.slow_parameters[0], slow)


def test_masks_on_the_cpu_show_the_wanted_share():
    picture = torch.randn(8, 3, 48, 48, generator=torch.Generator().manual_seed(0))
    target = masks.CpuMasks(RegionDraw(highlight=1.0, blocks=0.0), (0.5, 0.6))(picture)
    assert target.shape == (8, 48, 48) and target.dtype == torch.bool
    shares = target.float().mean((1, 2))
    assert shares.min() > 0.48 and shares.max() < 0.62
    whole = masks.CpuMasks(RegionDraw(highlight=0.0, blocks=0.0), (0.5, 0.6))(picture)
    assert whole.all()


def test_a_config_without_the_whole_method_is_refused():
    config = read_config(CLS_CONFIG, {'wiid.aux.mmd': None})
    with pytest.raises(ValueError, match='needs darken.*an mmd that trains'):
        build.build_steps(config, 32, 4, steps.Setting())


@pytest.mark.parametrize('flags', [[], ['--bf16']])
def test_step_prints_a_table_and_writes_json(tmp_path, capsys, flags):
    file = tmp_path / 'new' / 'step.json'
    args = ['step', '--size', '32', '48', '--batch', '4', '2', '--steps', '2', '--warmup', '1']
    assert benchmark.main([*args, *flags, '--json', str(file), *SMALL_ARGS]) == 0
    out = capsys.readouterr().out
    assert '48 px, batch 2' in out and '| published order |' in out
    results = json.loads(file.read_text())['results']
    assert [r['size'] for r in results] == [32, 48]
    for result in results:
        assert result['bf16'] == bool(flags)
        assert [len(seconds) for seconds in result['rounds'].values()] == [2] * 4
        assert result['to_bare']['bare loop'] == dict(median=1, min=1, max=1)


def test_wrong_options_end_in_a_sentence():
    with pytest.raises(SystemExit, match='--size and --batch go in pairs'):
        benchmark.main(['step', '--size', '32', '48', '--batch', '4'])
    with pytest.raises(SystemExit, match='there is no such folder.*tools/prepare'):
        prefix = 'train_dataloader.dataset.data_prefix=nowhere'
        benchmark.main(['loader', '--cfg-options', prefix])


def make_pictures(root):
    rng = np.random.default_rng(0)
    for folder in ('train/a', 'train/b', 'unlabelled_dark'):
        (root / folder).mkdir(parents=True)
        for index in range(6):
            picture = rng.integers(0, 256, (40, 40, 3), dtype=np.uint8)
            cv2.imwrite(str(root / folder / f'{index}.jpg'), picture)


def test_loader_compares_three_loaders(tmp_path, capsys):
    make_pictures(tmp_path)
    file, start = tmp_path / 'loader.json', 'train_dataloader'
    options = [f'{start}.dataset.data_prefix={tmp_path}/train', f'{start}.num_workers=0']
    options += [f'wiid.dark={tmp_path}/unlabelled_dark']
    options += [f'{start}.batch_size=4']
    args = ['loader', '--batches', '9', '--rounds', '1', '--json', str(file)]
    assert benchmark.main([*args, '--cfg-options', *options]) == 0
    assert '2 batches of 4, 0 workers' in capsys.readouterr().out
    found = {r.pop('loader'): r for r in json.loads(file.read_text())['results']}
    assert list(found) == ['stock', 'paired', 'in-worker']
    for name, images in (('stock', 1), ('paired', 2), ('in-worker', 3)):
        rates = [found[name][key]['median'] for key in ('images_per_s', 'samples_per_s')]
        assert rates[0] == pytest.approx(images * rates[1])
