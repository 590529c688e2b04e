"""On a GPU the operators give what they give on a CPU."""

import pytest
import torch

from mmcv_ext import workloads

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a GPU')
RUNS = [getattr(workloads, name) for name in dir(workloads) if name.startswith('run_')]


@pytest.mark.parametrize('run', RUNS, ids=lambda run: run.__name__)
def test_values_and_gradients_are_those_of_the_cpu(run):
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    torch.manual_seed(0)
    on_cpu = run('cpu')
    torch.manual_seed(0)
    on_gpu = [value.cpu() for value in run('cuda')]
    torch.testing.assert_close(on_gpu, on_cpu, atol=1e-4, rtol=1e-4)
