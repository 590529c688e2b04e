"""How dark is too dark for a model? Test it over ten levels of light, made of labelled day images.

The levels go from the day test set as it is down to 1/512 of the light, each half as bright as the
one before, darkened as the first config says, with the same draws for every model. Each is tested raw
and enhanced, with the toolbox's own metric. Where the first config has labelled night images, they
are points in the same plot. Writes report.html, one file with everything in it, curves.png and
report.csv. Test sets and darkening are those of the first config, for all models.

What was measured is kept in the folder, and not measured again.
"""

import argparse
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path

from mmengine.config import DictAction

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # when run as a script
from wiid_plugins.apis.night_report import report  # noqa: E402


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        'files', nargs='+', type=Path, metavar='CONFIG CHECKPOINT', help='a pair for each model'
    )
    parser.add_argument('--names', nargs='+', help='what the models are called (default: configs)')
    parser.add_argument('--out', type=Path, default=Path('work_dirs/night_report'))
    parser.add_argument(
        '--limit', type=int, help='about so many images of each test set, evenly over classes'
    )
    parser.add_argument('--device', choices=['auto', 'cpu', 'cuda'], default='auto')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, default={}, help='for every config'
    )
    args = parser.parse_args(argv)
    if len(args.files) % 2:
        parser.error(f'{len(args.files)} files; give a CHECKPOINT after every CONFIG')
    if args.limit is not None and args.limit < 1:
        parser.error(f'--limit {args.limit}: give 1 or more')
    return args


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    args = parse(argv)
    pairs = list(zip(args.files[::2], args.files[1::2], strict=True))
    try:
        how = (args.names, args.limit, args.device, args.cfg_options)
        print(report(pairs, args.out, *how))
    except (ValueError, OSError, pickle.UnpicklingError) as error:
        sys.exit(f'error: {error}')
    except KeyboardInterrupt:
        sys.exit(f'stopped; what was measured is kept in {args.out}, the same command goes on')
    print(f'{args.out / "report.html"}, report.csv, curves.png')
    return 0


if __name__ == '__main__':
    sys.exit(main())
