"""Export a checkpoint as one ONNX graph that takes dark images: brightening included.

The graph takes RGB images `(N, 3, H, W)` of the size that the config tests at, or clips
`(N, T, 3, H, W)`, any number of them. It brightens them as the config does in a test, normalises
them, and gives `scores` `(N, K)`, or `boxes` `(N, R, 4)` in pixels, `scores` and `labels` `(N, R)`, with
rows of -1 where there is no box. It is checked against PyTorch before it is put in place.
"""

import argparse
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path

from mmengine.config import DictAction

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # when run as a script
from wiid_plugins.apis.onnx import (  # noqa: E402
    enhance_subject,
    export_file,
    export_int8,
    light_of,
    read_subject,
)
from wiid_plugins.apis.stock import read_composed  # noqa: E402
from wiid_plugins.translation import build_enhancer  # noqa: E402

EPILOG = """examples:
  python tools/export_onnx.py CONFIG CHECKPOINT model.onnx
  python tools/export_onnx.py CONFIG CHECKPOINT model.onnx --int8 data/dark_images
  python tools/export_onnx.py --only enhance CONFIG brighten.onnx
  python tools/export_onnx.py --only enhance --method zero-dce --weights Epoch99.pth brighten.onnx"""


def make_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('files', nargs='+', metavar='CONFIG CHECKPOINT OUT')
    about = 'brightening alone, of CONFIG or of --method; no CHECKPOINT'
    parser.add_argument('--only', choices=['enhance'], help=about)
    parser.add_argument('--method', choices=['procedural', 'zero-dce'], help='with --only enhance')
    parser.add_argument('--weights', help='of zero-dce')
    about = 'leave the brightening out, for images that are brightened already'
    parser.add_argument('--enhance', choices=['none'], help=about)
    about = 'what the graph takes: uint8 (default), or float in [0, 1]'
    parser.add_argument('--input', choices=['uint8', 'float'], default='uint8', help=about)
    about = 'lowest score of a box; default: that of the test in CONFIG, of Ultralytics 0.25'
    parser.add_argument('--score', type=float, help=about)
    about = 'convolutions in 8 bits, with the ranges that the images of FOLDER show'
    parser.add_argument('--int8', type=Path, metavar='FOLDER', help=about)
    about = 'how many images of the test set --int8 is compared on, default 200'
    parser.add_argument('--check', type=int, default=200, help=about)
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, help='night=data/night ...')
    parser.add_argument('--overwrite', action='store_true', help='replace OUT if it exists')
    return parser


def export_model(args: argparse.Namespace, given: Sequence[Path], out: Path) -> str:
    """Export a checkpoint; say what it is."""
    brighten, floats = args.enhance != 'none', args.input == 'float'
    subject, config = read_subject(*given, args.cfg_options, brighten, args.score)
    if args.int8:
        return export_int8(subject, config, out, args.int8, args.check, floats)
    return export_file(subject, out, floats)


def export_light(args: argparse.Namespace, given: Sequence[Path], out: Path) -> str:
    """Export the brightening alone; say what it is."""
    if given:
        light = light_of(read_composed(given[0], args.cfg_options))
    else:
        weights = {'weights': args.weights} if args.weights else {}
        light = build_enhancer(args.method or 'procedural', **weights)
    if light is None:
        raise ValueError(f'{given[0]}: brightens nothing in a test, wiid.enhance is None there')
    return export_file(enhance_subject(light), out, args.input == 'float')


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = make_parser()
    args = parser.parse_args(argv)
    *given, out = map(Path, args.files)
    if len(given) not in ((0, 1) if args.only else (2,)):
        parser.error('give CONFIG CHECKPOINT OUT, or with --only enhance OUT or CONFIG OUT')
    if (args.method or args.weights) and (not args.only or given):
        parser.error('--method and --weights go with --only enhance and without CONFIG')
    if args.only and (args.int8 or args.enhance):
        parser.error('--only enhance exports the brightening, as float')
    if out.suffix != '.onnx':
        parser.error(f'{out}: give a name that ends in .onnx')
    if out.exists() and not args.overwrite:
        sys.exit(f'error: {out} exists; choose another name or give --overwrite')
    try:
        export = export_light if args.only else export_model
        summary = export(args, given, out)
    except (OSError, RuntimeError, ValueError, pickle.UnpicklingError) as error:
        sys.exit(f'error: {error}')
    print(f'{out}: {summary}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
