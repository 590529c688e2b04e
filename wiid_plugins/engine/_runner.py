"""What several hooks ask a Runner."""

from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import nn


def model_of(runner: Runner) -> nn.Module:
    """Give the model itself, without DDP around it."""
    return runner.model.module if is_model_wrapper(runner.model) else runner.model
