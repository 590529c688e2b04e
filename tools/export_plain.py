"""Take the stock model out of a paired checkpoint, so that its toolbox loads it without this package.

Keeps the trained weights and the meta; leaves out the auxiliary heads, the momentum encoder and the
training state. A ``.pt`` is taken for one of Ultralytics; these are pickles, only give your own.
"""

import argparse
import os
import pickle
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch

from wiid_plugins import registry  # noqa: F401  (allows what a Runner writes in the safe loader)
from wiid_plugins.compat import load_local

PREFIX = 'model.'


def plain(checkpoint: dict) -> tuple[dict, str]:
    """Give the stock model's checkpoint, and say what was left out.

    Raises:
        ValueError: If it is no checkpoint of a paired model.
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
        from wiid_plugins.yolo.export import plain_checkpoint  # Ultralytics is optional

        stock, kept, left = plain_checkpoint(path)
        return stock, f'{kept} tensors; left out: the auxiliary heads ({left} tensors)'
    exported, left_out = plain(load_local(str(path), map_location='cpu'))
    return exported, f'{len(exported["state_dict"])} tensors and the meta; left out: {left_out}'


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('checkpoint', type=Path)
    parser.add_argument('out', type=Path)
    parser.add_argument('--overwrite', action='store_true')
    args = parser.parse_args(argv)
    if args.out.exists() and not args.overwrite:
        sys.exit(f'error: {args.out} exists; choose another name or give --overwrite')
    part = args.out.with_name(f'{args.out.name}.part')
    try:
        exported, summary = export(args.checkpoint)
        args.out.parent.mkdir(parents=True, exist_ok=True)
        torch.save(exported, part)
        os.replace(part, args.out)
    except ValueError as error:
        sys.exit(f'error: {args.checkpoint} {error}')
    except (OSError, RuntimeError, pickle.UnpicklingError) as error:
        sys.exit(f'error: {error}')
    finally:
        part.unlink(missing_ok=True)
    print(f'{args.out}: {summary}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
