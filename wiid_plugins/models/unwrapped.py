"""The model of a Runner, without what training wraps around it."""

from typing import Any

from mmengine.model import is_model_wrapper
from mmengine.runner import Runner


def model_of(runner: Runner) -> Any:
    """Give the model itself, without DDP around it."""
    return runner.model.module if is_model_wrapper(runner.model) else runner.model
