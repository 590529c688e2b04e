"""From the paths of a command line to what is exported."""

from pathlib import Path
from typing import Any

from mmengine.config import Config

from ..stock import read_composed
from .light import light_of
from .subject import Subject


def read_subject(
    path: Path,
    checkpoint: Path,
    options: dict[str, Any] | None = None,
    brighten: bool = True,
    score: float | None = None,
) -> tuple[Subject, Config]:
    """Build the model of a config with the weights of a checkpoint.

    Args:
        path: Of the config.
        checkpoint: Paired or plain, ``.pt`` for Ultralytics.
        options: What ``--cfg-options`` gives.
        brighten: Whether the graph brightens as a test of the config does.
        score: Lowest score of a box; None: as the config tests.

    Returns:
        What is exported, and the composed config.

    Raises:
        FileNotFoundError: If a file is not there.
        pickle.UnpicklingError: If the checkpoint holds more than tensors and a training state.
        ValueError: If config and checkpoint do not fit, or the model is of a kind that is not exported.
    """
    config = read_composed(path, options)
    if config.default_scope == 'ultralytics':
        from .ultralytics import make_subject
    else:
        from .toolboxes import make_subject
    light = light_of(config) if brighten else None
    subject = make_subject(config, checkpoint, light, score)
    subject.about.update(config=path.name, checkpoint=checkpoint.name)
    return subject, config
