"""Brighten dark pictures and videos: a file or a folder in, the same tree out."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # when run as a script
from wiid_plugins.relight.cli import make_parser, run  # noqa: E402
from wiid_plugins.relight.report import report  # noqa: E402
from wiid_plugins.translation import build_enhancer  # noqa: E402


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = make_parser('enhance', __doc__, ('procedural', 'zero-dce'))
    about = 'print scores of the pictures before and after, and draw some to OUT_sheet.png'
    parser.add_argument('--report', action='store_true', help=about)
    about = 'of the PNG that pictures become, default 8'
    parser.add_argument('--bits', type=int, choices=[8, 16], default=8, help=about)
    args = parser.parse_args(argv)
    if args.bits == 16 and args.jpeg is not None:
        parser.error('--bits 16: JPEG holds 8 bits; leave out --jpeg or --bits')
    if args.report and os.environ.get('WORLD_SIZE', '1') != '1':
        parser.error('--report: run it once more without torchrun, when all is done')
    return run(args, 'enhance', build_enhancer, report if args.report else None)


if __name__ == '__main__':
    sys.exit(main())
