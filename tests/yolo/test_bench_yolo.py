"""The bare loop that a step of Ultralytics' trainer is measured against takes the same step."""

from pathlib import Path

import pytest
import torch

from tools import benchmark
from tools.benchmarks.step import Setting
from tools.benchmarks.yolo import build_yolo_steps
from wiid_plugins.compose import read_config

ROOT = Path(__file__).resolve().parents[2]
SMOKE = str(ROOT / 'configs/yolo/yolov5n_wiid-smoke_1xb4-1e_gtsrb-scenes.py')
QUICK = ['step', '--task', 'yolo', '--batch', '2', '--steps', '1', '--warmup', '0']


def test_both_ways_give_the_same_losses_and_weights():
    steps = build_yolo_steps(read_config(SMOKE), 64, 2, Setting())
    totals = {}
    for name, step in steps.items():
        torch.manual_seed(3)
        totals[name] = torch.stack([step() for _ in range(3)])
    torch.testing.assert_close(totals['WiiD'], totals['bare loop'], rtol=1e-4, atol=1e-5)
    assert len(set(totals['WiiD'].tolist())) == 3
    trainer, bare = steps['WiiD'].trainer, steps['bare loop']
    near = dict(rtol=1e-3, atol=1e-5)
    for a, b in zip(trainer.model.model.parameters(), bare.layers.parameters(), strict=True):
        assert a.data_ptr() != b.data_ptr()
        torch.testing.assert_close(a, b, **near)
    slow = trainer.target.average['projectors'].parameters()
    for a, b in zip(slow, bare.slow_projectors.parameters(), strict=True):
        torch.testing.assert_close(a, b, **near)
    validated = [v for v in trainer.ema.ema.state_dict().values() if v.is_floating_point()]
    for a, b in zip(validated, bare.validated[0], strict=True):
        torch.testing.assert_close(a, b, **near)


def test_benchmark_runs_and_a_config_without_the_method_is_named(capsys):
    assert benchmark.main([*QUICK, '--size', '64', '--config', SMOKE]) == 0
    assert '| bare loop |' in capsys.readouterr().out
    plain = SMOKE.replace('wiid-smoke_1xb4-1e', 'plain_1xb16-8e')
    with pytest.raises(SystemExit, match='plain.*take yolov5.*_wiid_'):
        benchmark.main([*QUICK, '--size', '64', '--config', plain])


@pytest.mark.parametrize(
    ('option', 'reason'),
    [(['--size', '50'], '--size 50: .*multiples of 32'), (['--compile'], '--task cls')],
)
def test_options_that_it_cannot_take_are_refused(option, reason):
    with pytest.raises(SystemExit, match=reason):
        benchmark.main([*QUICK, *option, '--config', SMOKE])
