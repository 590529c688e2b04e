"""From the paths of a command line to what is exported."""

from pathlib import Path
from typing import Any

from mmengine.config import Config

from ...compose import compose
from ...compose.block import SCOPES
from ...translation import Light
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
    raw, light = read_light(path, options)
    scope = raw.get('default_scope')
    if scope == 'ultralytics':
        from .ultralytics import make_subject
    elif scope in SCOPES:
        from .toolboxes import make_subject
    else:
        raise ValueError(f'{path}: default_scope is {scope!r}; it is one of {", ".join(SCOPES)}')
    config = compose(raw)
    subject = make_subject(config, checkpoint, light if brighten else None, score)
    subject.about.update(config=path.name, checkpoint=checkpoint.name)
    return subject, config


def read_light(path: Path, options: dict[str, Any] | None = None) -> tuple[Config, Light | None]:
    """Read a config, not yet composed, and what it brightens images with.

    Raises:
        FileNotFoundError: If it is not there.
    """
    if not path.is_file():
        raise FileNotFoundError(f'{path}: there is no such config')
    config = Config.fromfile(path)
    config.merge_from_dict(options or {})
    return config, light_of(config)
