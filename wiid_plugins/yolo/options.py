"""Read a config and write what Ultralytics takes: overrides and a data YAML."""

import os
from pathlib import Path
from typing import Any

import yaml
from mmengine.config import Config

from .labels import check_labels

OPTIONS = ('darken', 'enhance', 'mask', 'aux', 'tap', 'joint_forward', 'dark')


def plain_dict(config: Any) -> Any:
    """Turn a config block into builtin types that YAML holds, tuples into lists."""
    if isinstance(config, dict):
        return {key: plain_dict(value) for key, value in config.items()}
    if isinstance(config, list | tuple):
        return [plain_dict(value) for value in config]
    return config


def write_data(config: Config, folder: Path, name: str = 'data', **changes) -> Path:
    """Write the data YAML of a config, with the block ``wiid``; several processes may do it at once.

    Args:
        config: Composed, with ``data`` (``path``, ``train``, ``val``, ``names``) and maybe ``wiid``.
        folder: Where it goes; not Ultralytics' own folder, which it empties for several GPUs.
        name: Of the file.
        **changes: Keys of ``data`` to replace.

    Raises:
        FileNotFoundError: If ``data.train`` or ``data.val`` is not there.
        ValueError: If a label in them is no place in ``data.names``.
    """
    data = plain_dict(config.data) | changes
    root = Path(data['path'])
    parts: dict[Path, str] = {}  # a test names one set twice
    for key in ('train', 'val'):
        for listed in data[key] if isinstance(data[key], list) else [data[key]]:
            parts.setdefault(root / listed, key)
    for part, key in parts.items():
        if not part.exists():
            raise FileNotFoundError(
                f'{part}: there is no such folder, data.path and data.{key} of the config '
                'name it; tools/prepare/ makes the data sets'
            )
        check_labels(part, data['names'])
    data['path'] = str(root.resolve())
    wiid = options_of(config)
    if wiid:
        data['wiid'] = wiid
    folder.mkdir(parents=True, exist_ok=True)
    file, part = folder / f'{name}.yaml', folder / f'{name}.{os.getpid()}.part'
    part.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), encoding='utf-8')
    os.replace(part, file)
    return file


def options_of(config: Config) -> dict:
    """Give what the trainer reads of the block ``wiid``; nothing where the stock model is trained."""
    wiid = plain_dict(config.get('wiid')) or {}
    return {key: wiid[key] for key in OPTIONS if key in wiid} if wiid.get('paired', True) else {}


def setting(config: Config) -> dict[str, str | None]:
    """Say which unlabelled dark data a training sees: ``zero-shot`` or ``unsupervised``.

    A darkening or enhancement network has seen some, too.
    """
    wiid = options_of(config)
    mmd = (wiid.get('aux') or {}).get('mmd')
    seen = {'unlabelled_dark': wiid.get('dark') if mmd else None}
    seen |= {name: (wiid.get(name) or {}).get('weights') for name in ('darken', 'enhance')}
    kind = 'unsupervised' if any(seen.values()) else 'zero-shot'
    return {'setting': kind, **seen, 'selection': 'best fitness on data.val'}
