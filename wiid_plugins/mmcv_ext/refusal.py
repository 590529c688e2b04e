"""What cannot be had without a compiler says so, in one sentence."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

import torch
import torchvision
from torch import nn


def refuse(name: str, detail: str = '') -> Callable[..., NoReturn]:
    """Make an operator that ends in a sentence when it is called.

    Args:
        name: Of the operator in ``mmcv._ext``.
        detail: The case that is missing, where others work.
    """

    def missing(*args, **kwargs) -> NoReturn:
        asked = _asking(sys._getframe(1))
        raise NotImplementedError(
            f"{asked}needs mmcv's operator {name}{detail}, which has no stand-in on torchvision. "
            'Install a compiled mmcv: `pip uninstall mmcv-lite`, then `MMCV_WITH_OPS=1 pip install '
            '--no-build-isolation --no-binary mmcv mmcv==2.1.0` (needs g++, and nvcc for a GPU)'
        )

    return missing


def _asking(frame: FrameType | None) -> str:
    """Name the layer that called an operator, and the model around it."""
    callers: list[str] = []
    while frame is not None:
        owner = frame.f_locals.get('self')
        if isinstance(owner, nn.Module) and type(owner).__name__ not in callers:
            callers.append(type(owner).__name__)
        frame = frame.f_back
    if not callers:
        return 'This call '
    return callers[0] + (f' (in {callers[-1]}) ' if len(callers) > 1 else ' ')


def get_compiler_version() -> str:
    """Say what the operators run on, for mmcv's report of the environment."""
    return f'none, operators of torchvision {torchvision.__version__}'


def get_compiling_cuda_version() -> str:
    """Say which CUDA the operators were built for."""
    return torch.version.cuda or 'not available'
