"""The model of a Runner, without what a training or a test wraps around it."""

from typing import Any

from mmengine.model import BaseTTAModel, is_model_wrapper
from mmengine.runner import Runner


def model_of(runner: Runner) -> Any:
    """Give the model itself, without DDP or test-time augmentation around it."""
    model = runner.model
    if is_model_wrapper(model) or isinstance(model, BaseTTAModel):
        model = model.module
    return model
