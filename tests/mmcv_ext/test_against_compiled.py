"""Where a compiled mmcv is installed it is used, and its operators give the same.

On a CPU mmcv compiles only those that stand here.
"""

from importlib import import_module
from importlib.machinery import PathFinder

import mmcv
import pytest
import torch
from mmcv.ops import RoIAlign, deform_conv2d, modulated_deform_conv2d, nms, nms_match, soft_nms

from mmcv_ext.conftest import FILES

pytestmark = pytest.mark.skipif(
    PathFinder.find_spec('mmcv._ext', mmcv.__path__) is None,
    reason='needs an mmcv with compiled operators',
)


def run_nms():
    corner = torch.rand(2000, 2) * 300
    boxes, scores = torch.cat([corner, corner + torch.rand(2000, 2) * 60], 1), torch.rand(2000)
    found = []
    for offset in (0, 1):
        found += [*nms(boxes, scores, 0.5, offset)]
        for method in ('naive', 'linear', 'gaussian'):
            found += [*soft_nms(boxes[:500], scores[:500], method=method, offset=offset)]
    return found + nms_match(torch.cat([boxes, scores[:, None]], 1), 0.5)


def run_roi_align():
    features, corner = torch.randn(2, 8, 20, 30, requires_grad=True), torch.rand(100, 2) * 90
    rois = torch.cat([torch.arange(100)[:, None] % 2, corner, corner + torch.rand(100, 2) * 60], 1)
    found = []
    for ratio, aligned in [(0, True), (2, True), (0, False), (3, False)]:
        pooled = RoIAlign(7, 0.25, ratio, 'avg', aligned)(features, rois)
        found += [pooled, *torch.autograd.grad((pooled**2).sum(), features)]
    return found


def run_deformable():
    image, offset = torch.randn(2, 4, 12, 10), torch.randn(2, 36, 6, 5)
    weight, mask, bias = torch.randn(6, 2, 3, 3), torch.rand(2, 18, 6, 5), torch.randn(6)
    leaves = [t.requires_grad_() for t in (image, offset, weight, mask, bias)]
    plain = deform_conv2d(image, offset, weight, 2, 1, 1, 2, 2)
    found = [plain, *torch.autograd.grad((plain**2).sum(), leaves[:3])]
    modulated = modulated_deform_conv2d(image, offset, mask, weight, bias, 2, 1, 1, 2, 2)
    return [*found, modulated, *torch.autograd.grad((modulated**2).sum(), leaves)]


@pytest.mark.parametrize('run', [run_nms, run_roi_align, run_deformable])
def test_stand_ins_equal_the_compiled_operators(run, monkeypatch):
    torch.manual_seed(0)
    ours = run()
    for name in FILES:
        compiled = import_module('mmcv._ext')
        assert compiled.__file__.endswith('.so')
        monkeypatch.setattr(import_module(f'mmcv.ops.{name}'), 'ext_module', compiled)
    torch.manual_seed(0)
    torch.testing.assert_close(ours, run(), atol=1e-5, rtol=1e-5)
