"""What a result depends on: config, code, data and packages, in a form to keep and to compare.

Seen in full: every key of the composed config, the source files of this checkout and of the modules
that ``custom_imports`` names, and every file that the config names, such as annotations and weights.
Of data folders: the names and sizes of their files. Not seen: a picture whose content changes and
whose size does not, edits inside installed packages, the device.
"""

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

from mmengine.config import Config, DictAction

import wiid_plugins

from ..compose import read_config
from ..compose.own import nodes
from .digest_data import GONE, content, data_files

NAME = 'digest.json'
KINDS = ('config', 'code', 'data', 'package')
PACKAGES = ('torch', 'torchvision', 'numpy', 'mmengine', 'mmcv', 'mmcv-lite')
SOURCES = {'.py', '.sh', '.cpp', '.cu', '.cuh', '.h', '.yaml', '.yml', '.json'}
UNREADABLE = (  # what reading a config, which is code, and merging into it ends in
    *(OSError, ValueError, SyntaxError, TypeError, LookupError, AttributeError, AssertionError),
    *(ImportError, NameError, RuntimeError),
)
SHOWN = 3  # names of a kind in a sentence
_READING = Lock()  # mmengine cannot read two configs at a time


def take(
    config: str, options: Sequence[str], code: Path, listed: dict | None = None
) -> dict[str, Any]:
    """Describe all that a training with this config and these options depends on, as it is now.

    Args:
        config: The config file.
        options: ``KEY=VALUE``.
        code: The checkout: its ``tools`` and ``wiid_plugins``.
        listed: Folders that have been listed already; gets those of this config.

    Returns:
        ``config``, ``code``, ``data`` and ``package``, each ``{name: text}``, and ``options``, which
        are for the reader: what they do is in ``config``.

    Raises:
        ValueError: If an option is not ``KEY=VALUE``.
    """
    with _READING:
        plain = composed(config, options).to_dict()
    scope = {'mmaction': 'mmaction2'}.get(plain.get('default_scope'), plain.get('default_scope'))
    return {
        'options': list(options),
        'config': _flat(plain),
        'code': code_files(plain, code),
        'data': data_files(plain, {} if listed is None else listed),
        'package': {name: _version(name) for name in [*PACKAGES, *([scope] if scope else [])]},
    }


def composed(config: str, options: Sequence[str]) -> Config:
    """Read a config, merge options into it and compose it, as a training does."""
    for option in options:
        if '=' not in option:
            raise ValueError(f'--cfg-options {option}: write KEY=VALUE')
    parser = argparse.ArgumentParser()
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, default={})
    given = ['--cfg-options', *options] if options else []
    return read_config(config, parser.parse_args(given).cfg_options)


def code_files(config: dict, checkout: Path) -> dict[str, str]:
    """Hash the source files of a checkout and of the modules that the config imports."""
    found: dict[str, str] = {}
    package = checkout / 'wiid_plugins'
    if not package.is_dir():  # installed: the tools lie in a folder of the package
        package = Path(wiid_plugins.__file__).parent
    for title, sources in (('tools', checkout / 'tools'), ('wiid_plugins', package)):
        found |= {f'{title}/{name}': text for name, text in _sources(sources)}
    imports = (config.get('custom_imports') or {}).get('imports') or []
    for module in [imports] if isinstance(imports, str) else imports:
        spec = find_spec(module)
        for folder in (spec and spec.submodule_search_locations) or []:
            found |= {f'{module}/{name}': text for name, text in _sources(Path(folder))}
        if spec and spec.origin and Path(spec.origin).is_file():
            found[module] = content(Path(spec.origin))
    return found


def _sources(folder: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.rglob('*')):
        name = file.relative_to(folder)
        hidden = any(part.startswith('.') for part in name.parts)
        if file.suffix in SOURCES and not hidden and file.is_file():
            yield name.as_posix(), content(file)


def _version(name: str) -> str:
    """Version of an installed package, without what follows a '+': the build, not the code."""
    try:
        return metadata.version(name).split('+')[0]
    except metadata.PackageNotFoundError:
        return GONE


def _flat(value: Any, key: str = '') -> dict[str, str]:
    """Turn nested dicts and lists into ``{'a.b.0.c': text}``; a list of plain values is one text."""
    if value and (isinstance(value, dict) or next(nodes(value), None) is not None):
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        found: dict[str, str] = {}
        for name, part in parts:
            found |= _flat(part, f'{key}.{name}' if key else str(name))
        return found
    return {key: re.sub(r' at 0x[0-9a-f]+', '', repr(_ordered(value)))}


def _ordered(value: Any) -> Any:
    """Sort sets, which every process has in another order."""
    if isinstance(value, set | frozenset):
        return sorted(map(_ordered, value), key=repr)
    return [_ordered(v) for v in value] if isinstance(value, list | tuple) else value


def differences(old: dict | None, now: dict) -> str:
    """Name what differs between two digests; empty if nothing does.

    Args:
        old: As :func:`read` gives it. ``mixed``, if there, lists what no later digest can match.
        now: Of :func:`take`.
    """
    if old is None:
        return 'unknown config, code and data (no readable digest beside it)'
    parts = []
    for kind in KINDS:
        before, after = old[kind], now[kind]
        keys = [k for k in {**before, **after} if before.get(k) != after.get(k)]
        keys.sort(key=lambda k: (k.count('.') if kind == 'config' else 0, k))
        told = [_change(kind, k, before.get(k), after.get(k)) for k in keys[:SHOWN]]
        told += [f'{len(keys) - SHOWN} more'] if len(keys) > SHOWN else []
        parts += [f'{kind} {", ".join(told)}'] if told else []
    return '; '.join([*parts, *old.get('mixed', [])])


def _change(kind: str, key: str, before: str | None, after: str | None) -> str:
    if kind in ('code', 'data'):
        gone = after in (None, GONE)
        return key + (' (gone)' if gone else ' (new)' if before in (None, GONE) else '')
    short = [
        'none' if v is None else v if len(v) <= 40 else f'{v[:37]}...' for v in (before, after)
    ]
    return f'{key} ({short[0]}, now {short[1]})'


def filled(old: dict, now: dict) -> dict:
    """Add files that were not there yet: weights may come from another run of the same call."""
    new = {k: now['data'][k] for k, v in old['data'].items() if v == GONE and k in now['data']}
    return {**old, 'data': {**old['data'], **new}}


def read(folder: Path) -> dict | None:
    """Read the digest in a folder; None if there is none or it is damaged."""
    try:
        found = json.loads((folder / NAME).read_text(encoding='utf-8'))
    except (OSError, ValueError):
        return None
    whole = isinstance(found, dict) and all(isinstance(found.get(k), dict) for k in KINDS)
    if not whole or not isinstance(found.get('mixed', []), list):
        return None
    texts = [v for k in KINDS for v in found[k].values()] + found.get('mixed', [])
    return found if all(isinstance(v, str) for v in texts) else None


def write(folder: Path, digest: dict, *mixed: str) -> None:
    """Write a digest into a folder, whole or not at all; ``mixed`` as in :func:`differences`."""
    part = folder / f'{NAME}.part'
    text = json.dumps(digest | ({'mixed': mixed} if mixed else {}), indent=1, sort_keys=True)
    part.write_text(text, encoding='utf-8')
    part.replace(folder / NAME)
