"""Darken pictures and videos: a file or a folder in, the same tree out."""

import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # when run as a script
from wiid_plugins.relight.cli import make_parser, run  # noqa: E402
from wiid_plugins.translation import build_darkener  # noqa: E402


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = make_parser('darken', __doc__, ('procedural', 'cut'))
    parser.add_argument('--seed', type=int, default=0, help='of the random draws')
    return run(parser.parse_args(argv), 'darken', build_darkener)


if __name__ == '__main__':
    sys.exit(main())
