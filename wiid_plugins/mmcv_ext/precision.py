"""Half precision where a kernel has none, and gradients of what is plain torch."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def widen(tensor: Tensor) -> Tensor:
    """Give a tensor in a type that torchvision's kernels know.

    They know float16 on CUDA, and bfloat16 nowhere.
    """
    native = torch.float32, torch.float64
    if tensor.dtype in native or (tensor.dtype == torch.float16 and tensor.is_cuda):
        return tensor
    return tensor.float()


def gradients(function: Callable[..., Tensor], inputs: Sequence[Tensor], grad: Tensor):
    """Give the gradients of ``function(*inputs)`` towards all its inputs.

    Args:
        function: Of plain torch, differentiable.
        inputs: Floating tensors.
        grad: Of the output.
    """
    with torch.enable_grad():
        leaves = [tensor.detach().requires_grad_() for tensor in inputs]
        return torch.autograd.grad(function(*leaves), leaves, grad)
