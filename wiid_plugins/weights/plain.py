"""Take the stock model out of a paired checkpoint, so that its toolbox loads it without this package."""

import os
from collections import Counter
from pathlib import Path

import torch

from .. import registry  # noqa: F401  (allows what a Runner writes in the safe loader)
from ..compat import load_local

PREFIX = 'model.'


def plain(checkpoint: dict) -> tuple[dict, str]:
    """Give the stock model's checkpoint, and say what was left out.

    Raises:
        ValueError: If it is no checkpoint of a paired model; the file is not named.
    """
    weights = checkpoint.get('state_dict') if isinstance(checkpoint, dict) else None
    if not isinstance(weights, dict):
        raise ValueError('holds no state_dict; give a checkpoint that a training wrote')
    own = {k[len(PREFIX) :]: v for k, v in weights.items() if k.startswith(PREFIX)}
    if not own:
        raise ValueError(
            f"has no '{PREFIX}' weights, so it is plain already; its toolbox loads it as it is"
        )
    parts = Counter(k.split('.')[0] for k in weights if not k.startswith(PREFIX))
    left = [f'{part} ({count} tensors)' for part, count in parts.items()]
    left += [k for k in checkpoint if k not in ('state_dict', 'meta')]
    return {'state_dict': own, 'meta': checkpoint.get('meta', {})}, ', '.join(left) or 'nothing'


def export(path: Path) -> tuple[dict, str]:
    """Read a checkpoint of mmengine or Ultralytics; give the stock one, and say what it holds."""
    if path.suffix == '.pt':
        from ..yolo.export import plain_checkpoint  # Ultralytics is optional, and AGPL-3.0

        stock, kept, left = plain_checkpoint(path)
        return stock, f'{kept} tensors; left out: the auxiliary heads ({left} tensors)'
    loaded = load_local(str(path), map_location='cpu')
    try:
        exported, left_out = plain(loaded)
    except ValueError as error:
        raise ValueError(f'{path} {error}') from None
    return exported, f'{len(exported["state_dict"])} tensors and the meta; left out: {left_out}'


def export_file(source: Path, out: Path) -> str:
    """Export one file into another, which is written whole or not at all; say what it holds.

    Raises:
        OSError: If the source cannot be read, or the result not written.
        RuntimeError: If torch cannot write it.
        ValueError: If it is no checkpoint of a paired model; the file is named.
        pickle.UnpicklingError: If it holds what may not be in it.
    """
    part = out.with_name(f'{out.name}.part')
    try:
        exported, summary = export(source)
        out.parent.mkdir(parents=True, exist_ok=True)
        torch.save(exported, part)
        os.replace(part, out)
    finally:
        part.unlink(missing_ok=True)
    return summary
