"""A model to measure: its config, composed, and its checkpoint."""

import copy
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict

from ...compose import compose
from ...ops.lowlight import DarkRanges
from ..stock import enhancement_of, is_composed


@dataclass
class Subject:
    """A model to measure.

    Args:
        name: What it is called in the report.
        config: The config file.
        checkpoint: Its weights.
        cfg: The config, composed.
        darken: The procedural darkening of its block.
        enhance: The enhancement of its tests; the procedural one where its block has none.
    """

    name: str
    config: Path
    checkpoint: Path
    cfg: Config
    darken: dict[str, Any]
    enhance: dict[str, Any]

    @property
    def boxes(self) -> bool:
        """Whether it detects."""
        return self.cfg.default_scope in ('mmdet', 'ultralytics')


def read_subject(config: Path, checkpoint: Path, name: str, options: dict) -> Subject:
    """Read a config and compose it with an enhancement in its tests.

    Raises:
        FileNotFoundError: If config or checkpoint is not there.
        ValueError: Of :func:`~wiid_plugins.compose.compose`.
    """
    for file, what in ((config, 'config'), (checkpoint, 'checkpoint')):
        if not file.is_file():
            raise FileNotFoundError(f'{file}: there is no such {what}')
    cfg = Config.fromfile(config, format_python_code=False)  # which takes seconds
    cfg.merge_from_dict(copy.deepcopy(options))
    composed = is_composed(cfg)
    if composed:
        views = cfg.model.get('data_preprocessor') or {}
        darken, enhance = dict(views.get('darken') or {}), enhancement_of(cfg) or {}
    else:
        block = cfg['wiid'] = ConfigDict(cfg.get('wiid') or {'paired': False})
        block.enhance = block.get('enhance') or {}
        darken, enhance = dict(block.get('darken') or {}), dict(block.enhance)
    if 'method' in darken:  # a network, or stored twins: no exposure to set
        darken = {}
    ranges = {f.name for f in fields(DarkRanges)}
    darken = {key: value for key, value in darken.items() if key in ranges}
    return Subject(name, config, checkpoint, cfg if composed else compose(cfg), darken, enhance)


def display_names(configs: list[Path], names: list[str] | None) -> list[str]:
    """Name the models: as asked for, or by their configs.

    Raises:
        ValueError: If there are not as many names as models, or a name stands twice.
    """
    if names is None:
        stems = [config.stem for config in configs]
        return [
            f'{s} {stems[: i + 1].count(s)}' if s in stems[:i] else s for i, s in enumerate(stems)
        ]
    if len(names) != len(configs):
        raise ValueError(
            f'--names: {len(names)} names for {len(configs)} models; give one for each'
        )
    if len(set(names)) < len(names):
        raise ValueError(f'--names {" ".join(names)}: give every model a name of its own')
    return names
