"""Where a compiled mmcv is installed it is used, and its operators give the same."""

from importlib import import_module
from importlib.machinery import PathFinder

import mmcv
import pytest
import torch

from mmcv_ext.conftest import FILES
from mmcv_ext.workloads import run_deformable, run_nms, run_roi_align

pytestmark = pytest.mark.skipif(
    PathFinder.find_spec('mmcv._ext', mmcv.__path__) is None,
    reason='needs an mmcv with compiled operators',
)


@pytest.mark.parametrize('run', [run_nms, run_roi_align, run_deformable])  # all it has on a CPU
def test_stand_ins_equal_the_compiled_operators(run, monkeypatch):
    torch.manual_seed(0)
    ours, compiled = run(), import_module('mmcv._ext')
    assert compiled.__file__.endswith('.so')
    for name in FILES:
        monkeypatch.setattr(import_module(f'mmcv.ops.{name}'), 'ext_module', compiled)
    torch.manual_seed(0)
    torch.testing.assert_close(ours, run(), atol=1e-5, rtol=1e-5)
