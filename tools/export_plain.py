"""Take the stock model out of a paired checkpoint, so that its toolbox loads it without this package.

Keeps the trained weights and the meta; leaves out the auxiliary heads, the momentum encoder and the
training state. A ``.pt`` is taken for one of Ultralytics.
"""

import argparse
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path

from wiid_plugins.weights.brightening import advice
from wiid_plugins.weights.plain import export_file


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('checkpoint', type=Path)
    parser.add_argument('out', type=Path)
    parser.add_argument('--overwrite', action='store_true')
    args = parser.parse_args(argv)
    if args.out.exists() and not args.overwrite:
        sys.exit(f'error: {args.out} exists; choose another name or give --overwrite')
    try:
        summary = export_file(args.checkpoint, args.out)
    except (OSError, RuntimeError, ValueError, pickle.UnpicklingError) as error:
        sys.exit(f'error: {error}')
    print(f'{args.out}: {summary}')
    print(advice(args.out))
    return 0


if __name__ == '__main__':
    sys.exit(main())
