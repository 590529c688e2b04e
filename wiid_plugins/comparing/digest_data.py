"""The files that a config's data sets and networks start from, in a form to keep and to compare."""

import os
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path

from ..compose.own import nodes

WEIGHTS = ('.pth', '.pt', '.ckpt', '.safetensors')
GONE = 'not there'


def data_files(config: dict, listed: dict[str, dict[str, str]]) -> dict[str, str]:
    """Describe annotation files and weights by content, folders by the names and sizes of files.

    Args:
        config: Composed.
        listed: Folders that have been listed already, and what was found; gets those of this config.
    """
    found: dict[str, str] = {}
    for path in sorted({os.path.normpath(p) for p in _data_paths(config) if '://' not in p}):
        if Path(path).is_dir():
            if path not in listed:
                listed[path] = _folders(path)
            found |= listed[path]
        else:
            found[_printable(path)] = content(Path(path)) if Path(path).is_file() else GONE
    return found


def _data_paths(config: dict) -> Iterator[str]:
    parts = [v for k, v in config.items() if k.endswith(('_dataloader', '_evaluator'))]
    for block in nodes(parts):
        root, prefix = block.get('data_root') or '', block.get('data_prefix')
        named = [
            block.get('ann_file'),
            *(prefix.values() if isinstance(prefix, dict) else [prefix]),
        ]
        named = [n for n in named if n and isinstance(n, str)]
        named += [] if prefix or not root else ['']  # the pictures lie somewhere below
        if 'type' in block:
            yield from (os.path.join(root, n) for n in named)
    typed = (block for block in nodes(parts) if 'type' in block)
    yield from _named(typed, os.path.isdir)  # of transforms, for example the twins of day pictures
    for block in nodes(config):
        yield from (v for v in block.values() if isinstance(v, str) and v.endswith(WEIGHTS))
    yield from _named(nodes(config), os.path.isfile)
    if config.get('default_scope') == 'ultralytics':
        yield from _yolo_paths(config)


def _named(parts: Iterable[dict], is_there: Callable[[str], bool]) -> Iterator[str]:
    """Give what else is named and there: lists of classes, weights, descriptions of networks."""
    for block in parts:
        root = block.get('data_root') or ''
        found = [v for k, v in block.items() if k != 'data_root' and not str(k).startswith('out')]
        texts = [t for v in found for t in (v if isinstance(v, list | tuple) else [v])]
        texts = [t for t in texts if isinstance(t, str) and t.strip('./') and {'/', '.'} & {*t}]
        yield from filter(is_there, (p for t in texts for p in (t, os.path.join(root, t))))


def _yolo_paths(config: dict) -> Iterator[str]:
    """Give the pictures that a config of Ultralytics names, and the labels beside them."""
    data = config.get('data') or {}
    named = [data.get('train'), data.get('val')]
    named += ((config.get('test') or {}).get('sets') or {}).values()
    for each in named:
        for part in each if isinstance(each, list | tuple) else [each] if each else []:
            pictures = os.path.join(data.get('path') or '', part)
            yield pictures
            labels = '/labels/'.join(f'{pictures}/'.rsplit('/images/', 1)).rstrip('/')
            yield labels or pictures
    dark = (config.get('wiid') or {}).get('dark')
    if isinstance(dark, str):
        yield dark


def _folders(top: str) -> dict[str, str]:
    """Describe a folder and those below; what toolboxes write there themselves does not count."""
    found, seen = {}, set()
    for folder, below, names in os.walk(top, followlinks=True):
        real = os.path.realpath(folder)
        below[:] = sorted(b for b in below if not b.startswith('.') and real not in seen)
        seen.add(real)
        files = sorted(n for n in names if n[0] != '.' and not n.endswith('.cache'))
        sizes = [_size(os.path.join(folder, n)) for n in files]
        if files or folder == top:
            listing = blake2b(repr((files, sizes)).encode(), digest_size=8).hexdigest()
            found[_printable(folder)] = f'{len(files)} files, {sum(sizes)} bytes, {listing}'
    return found


def _printable(path: str) -> str:
    """Name a path as any terminal prints it: bytes that are no UTF-8 are written in hexadecimal."""
    return os.fsencode(path).decode('utf-8', 'backslashreplace')


def _size(path: str) -> int:
    return os.path.getsize(path) if os.path.exists(path) else -1  # a link that leads nowhere


def content(file: Path) -> str:
    """Hash a file; one that has not changed is read once."""
    stat = file.stat()
    return _hash(file, stat.st_size, stat.st_mtime_ns, stat.st_ino)


@cache
def _hash(file: Path, *_state: int) -> str:
    found = blake2b(digest_size=8)
    with file.open('rb') as stream:
        while chunk := stream.read(1 << 20):
            found.update(chunk)
    return found.hexdigest()
