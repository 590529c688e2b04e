"""Brighten dark pictures and videos: a file or a folder in, the same tree out."""

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from math import inf
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # when run as a script
from wiid_plugins.relight.cli import make_parser, run  # noqa: E402
from wiid_plugins.relight.report import report  # noqa: E402
from wiid_plugins.translation import build_enhancer  # noqa: E402

CURVE = {'brightness': 'target', 'max_gain': 'max_gain'}  # options here and of the method


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = make_parser('enhance', __doc__, ('procedural', 'zero-dce'))
    about = 'mean grey level that procedural aims at, between 0 and 1, default 0.4'
    parser.add_argument('--brightness', type=_level, metavar='LEVEL', help=about)
    about = 'most that procedural brightens the shadows, 1 or more, default 64'
    parser.add_argument('--max-gain', type=_gain, metavar='GAIN', help=about)
    about = 'print scores of the pictures before and after, and draw some to OUT_sheet.png'
    parser.add_argument('--report', action='store_true', help=about)
    about = 'of the PNG that pictures become, default 8'
    parser.add_argument('--bits', type=int, choices=[8, 16], default=8, help=about)
    args = parser.parse_args(argv)
    if args.bits == 16 and args.jpeg is not None:
        parser.error('--bits 16: JPEG holds 8 bits; leave out --jpeg or --bits')
    if args.report and os.environ.get('WORLD_SIZE', '1') != '1':
        parser.error('--report: run it once more without torchrun, when all is done')
    curve = {CURVE[name]: vars(args)[name] for name in CURVE if vars(args)[name] is not None}
    if curve and args.method != 'procedural':
        mend = 'leave them out, or use --method procedural'
        parser.error(f'--brightness and --max-gain: {args.method} has no such settings; {mend}')
    build = partial(build_enhancer, **curve)
    return run(args, 'enhance', build, report if args.report else None)


def _level(text: str) -> float:
    if not 0 < float(text) < 1:
        raise argparse.ArgumentTypeError(f'{text} is not between 0 and 1')
    return float(text)


def _gain(text: str) -> float:
    if not 1 <= float(text) < inf:
        raise argparse.ArgumentTypeError(f'{text} is not 1 or more')
    return float(text)


if __name__ == '__main__':
    sys.exit(main())
