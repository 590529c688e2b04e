"""Predict on images, clips, folders, a camera or a stream, with a config and a checkpoint."""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from pickle import UnpicklingError

from mmengine.config import DictAction
from mmengine.logging import MMLogger

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # when run as a script
from wiid_plugins.apis.lines import Lines, LinesError  # noqa: E402
from wiid_plugins.apis.many import run  # noqa: E402
from wiid_plugins.apis.predictor import Predictor  # noqa: E402
from wiid_plugins.relight.cli import positive  # noqa: E402
from wiid_plugins.relight.manifest import digest  # noqa: E402

EPILOG = """The same command again goes on where it was stopped, and tries again what failed. Exit
status: 0, or 1 if something could not be read.

examples:
  python tools/predict.py CONFIG CHECKPOINT photo.jpg
  python tools/predict.py CONFIG CHECKPOINT photos --out drawn --json photos.jsonl
  python tools/predict.py CONFIG CHECKPOINT night.mp4 --every 5 --out drawn
  python tools/predict.py CONFIG CHECKPOINT 0 --out drawn            # a camera
"""


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    style = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, epilog=EPILOG, formatter_class=style)
    parser.add_argument('config')
    parser.add_argument('checkpoint', type=Path, help='a paired or a plain one')
    about = "a file, a folder, a pattern as 'night/*.jpg', the number of a camera, or an address"
    parser.add_argument('source', metavar='IN', help=about)
    parser.add_argument('--out', type=Path, metavar='DIR', help='draw pictures and clips there')
    parser.add_argument('--json', type=Path, metavar='FILE', help='a line per image, frame or clip')
    parser.add_argument('--every', type=positive, default=1, metavar='N', help='of frames')
    about = (
        "auto (default): what is dark, by the config's method; on: all; off: nothing; or a method"
    )
    choices = ['auto', 'on', 'off', 'procedural', 'zero-dce']
    parser.add_argument('--enhance', choices=choices, default='auto', help=about)
    parser.add_argument('--weights', type=Path, metavar='FILE', help='of zero-dce')
    about = 'detections below this score are left out, default 0.3'
    parser.add_argument('--threshold', type=float, default=0.3, help=about)
    parser.add_argument('--top', type=positive, default=5, help='best classes, default 5')
    parser.add_argument('--batch', type=positive, default=8, help='default 8')
    parser.add_argument('--device', default='auto', help='auto, cpu, cuda, cuda:1')
    parser.add_argument('--overwrite', action='store_true', help='begin anew')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, default={})
    args = parser.parse_args(argv)
    if (args.enhance == 'zero-dce') != (args.weights is not None):
        parser.error('--enhance zero-dce and --weights go together')
    if args.json is None and args.out is not None:
        args.json = args.out / 'predictions.jsonl'
    return args


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    args = parse(argv)
    MMLogger.get_current_instance().setLevel(logging.ERROR)  # what fails is listed at the end
    lines, finished = None, False
    try:
        predictor = Predictor(
            args.config,
            args.checkpoint,
            args.device,
            _enhance(args),
            args.batch,
            args.top,
            args.threshold,
            args.cfg_options,
        )
        if args.json is not None:
            lines = Lines(args.json, _settings(args), args.overwrite)
        failed = run(predictor, args.source, args.out, lines, args.every)
        finished = True
    except (LinesError, OSError, UnpicklingError, ValueError) as error:
        sys.exit(f'error: {error}')
    except KeyboardInterrupt:
        sys.stderr.write('stopped; the same command again goes on from here\n')
        return 130
    finally:
        if lines is not None:
            lines.close(finished)
    return 1 if failed else 0


def _enhance(args: argparse.Namespace) -> bool | str | dict:
    known = {'auto': 'auto', 'on': True, 'off': False, 'procedural': dict(method='procedural')}
    if args.enhance in known:
        return known[args.enhance]
    return dict(method=args.enhance, weights=str(args.weights))


def _settings(args: argparse.Namespace) -> dict:
    """What the predictions depend on."""
    files = dict(config=args.config, checkpoint=args.checkpoint, weights=args.weights)
    digests = {name: digest(Path(file)) for name, file in files.items() if file}
    kept = ('enhance', 'threshold', 'top', 'every')
    options = {k: str(v) for k, v in args.cfg_options.items()}
    return digests | {k: getattr(args, k) for k in kept} | {'options': options}


if __name__ == '__main__':
    sys.exit(main())
