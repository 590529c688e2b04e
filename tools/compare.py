"""Train several configs with several seeds under the same budget, test them, and print one table.

Any toolbox: class-mean top-1 of classifiers and recognizers, mAP50 and mAP50-95 of detectors, in
percent. The last checkpoint is tested, nothing is selected. Resumable: a finished run is not
repeated, a broken one goes on from its last checkpoint. A run that fails does not stop the others.

Beside each result lies what it depends on: config with its options, code, data, packages. If any of
it differs now, nothing begins, and it is said what differs; --again trains such runs anew and keeps
the old folder, --keep takes what is there and marks it in the table.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # when run as a script
from wiid_plugins.comparing.several import EndError, compare  # noqa: E402

CHECKOUT = Path(__file__).resolve().parents[1]  # that is hashed and that trains


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('configs', nargs='+', help='config files, one row each')
    parser.add_argument('--seeds', type=int, nargs='+', default=[0, 1, 2])
    parser.add_argument('--work-dir', type=Path, default=Path('work_dirs/compare'))
    parser.add_argument('--jobs', type=int, default=1, help='trainings at a time')
    parser.add_argument(
        '--cfg-options',
        nargs='*',
        default=[],
        help="passed on to every training and test; '{seed}' stands for its seed",
    )
    differing = parser.add_mutually_exclusive_group()
    differing.add_argument(
        '--again',
        dest='mode',
        action='store_const',
        const='again',
        help='train runs anew whose config, options, code or data are others now',
    )
    differing.add_argument(
        '--keep',
        dest='mode',
        action='store_const',
        const='keep',
        help='show (or end) such runs as they are, marked with * in the table',
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    args = parse(argv)
    work = (args.work_dir, args.cfg_options, CHECKOUT, args.jobs, args.mode)
    try:
        table, faults = compare(args.configs, args.seeds, *work)
    except EndError as end:
        sys.exit(str(end))
    print(table)
    if faults:
        sys.exit('\n'.join(faults))
    return 0


if __name__ == '__main__':
    sys.exit(main())
