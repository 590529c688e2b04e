"""The bare loop that a detection step is measured against takes the same step."""

import pytest
import torch

from det_scenes import SMOKE
from tools import benchmark
from tools.benchmarks.det import build_det_steps
from tools.benchmarks.step import Setting
from wiid_plugins.compose import read_config


def test_both_ways_give_the_same_losses_and_weights():
    steps = build_det_steps(read_config(SMOKE), 64, 2, Setting())
    totals = {}
    for name, step in steps.items():
        torch.manual_seed(3)
        totals[name] = torch.stack([step() for _ in range(3)])
    torch.testing.assert_close(totals['WiiD'], totals['bare loop'], rtol=1e-4, atol=1e-5)
    assert len(set(totals['WiiD'].tolist())) == 3
    wiid, bare = steps['WiiD'].model.model.backbone, steps['bare loop'].encode[0]
    for a, b in zip(wiid.parameters(), bare.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-5)


def test_benchmark_runs_and_a_config_without_the_method_is_named(capsys):
    quick = [
        'step',
        '--task',
        'det',
        '--size',
        '64',
        '--batch',
        '2',
        '--steps',
        '1',
        '--warmup',
        '0',
    ]
    assert benchmark.main([*quick, '--config', SMOKE]) == 0
    assert '| bare loop |' in capsys.readouterr().out
    with pytest.raises(SystemExit, match='take retinanet_.*_wiid_'):
        benchmark.main([*quick, '--config', SMOKE.replace('wiid', 'plain')])
