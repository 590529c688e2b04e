"""Mixed precision on any device."""

import logging
import platform
from contextlib import contextmanager

import torch
from mmengine.device import get_device
from mmengine.logging import print_log
from mmengine.optim import OptimWrapper
from torch import nn

from ..compat import mend_bfloat16_scores
from ..registry import OPTIM_WRAPPERS


@OPTIM_WRAPPERS.register_module()
class Bfloat16OptimWrapper(OptimWrapper):
    """Train under ``torch.autocast`` in bfloat16, also on a CPU, where mmengine's AMP refuses.

    bfloat16 has the range of float32, so that there is no loss scale to keep. On a CPU with AMX
    instructions a step of a 3D recognizer takes half the time; on one without bfloat16 instructions it
    takes longer, and a warning says so. Takes the options of ``OptimWrapper``.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        mend_bfloat16_scores()
        if get_device() == 'cpu' and not has_bfloat16():
            print_log(
                'this CPU has no bfloat16 instructions: a step takes about 2.5 times as long as in '
                "float32; train with optim_wrapper.type='OptimWrapper', or on a GPU",
                logger='current',
                level=logging.WARNING,
            )

    @contextmanager
    def optim_context(self, model: nn.Module):
        """Autocast, and what the stock wrapper does about gradient accumulation."""
        with super().optim_context(model), torch.autocast(get_device(), torch.bfloat16):
            yield


def has_bfloat16() -> bool:
    """Whether this CPU computes in bfloat16: on x86 with AVX512_BF16, which those with AMX have too."""
    if platform.machine().lower() in ('x86_64', 'amd64'):
        return torch.cpu._is_avx512_bf16_supported()
    # Of ARM it tells the truth; of x86 it also counts those that have to take detours.
    return torch.backends.mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported()
