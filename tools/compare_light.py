"""Is a config's darkening like the real dark? Measure day, night views and unlabelled dark pictures.

Prints median and quartiles of each measure, as the network sees the pictures, that is enhanced, and
the key of `darken` in the config that moves the night views. Of a clip the middle frame counts. No
label is used, and no test picture: choosing the darkening by this table keeps a run unsupervised.
With --checkpoint, a day-trained model tells how bright to make the dark pictures: a second table
gives how sure it is of them. Choose the brightness at which its entropy is lowest, as `target` of
`enhance` in the config and of wiid_plugins.Enhance in the test pipelines.
"""

import argparse
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path

from mmengine.config import DictAction

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # when run as a script
from wiid_plugins.compose import read_config  # noqa: E402
from wiid_plugins.visualization.brightness import brightness_table  # noqa: E402
from wiid_plugins.visualization.light_table import measure, table  # noqa: E402


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='a config that trains with unlabelled dark pictures')
    parser.add_argument('--checkpoint', help='of a day-trained classifier or recognizer')
    parser.add_argument('--count', type=int, default=512, help='pictures (default: %(default)s)')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, default={})
    args = parser.parse_args(argv)
    try:
        config = read_config(args.config, args.cfg_options)
        print(table(measure(config, args.count, args.seed)))
        if args.checkpoint:
            print('\n' + brightness_table(config, args.checkpoint, args.count, args.seed))
    except (ValueError, OSError, pickle.UnpicklingError) as error:
        sys.exit(f'error: {error}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
