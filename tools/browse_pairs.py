"""Draw what a config trains on: rows of day | target | night | masked day | masked night | dark.

Dark ones are shown whole; training masks them too. Boxes are drawn where there are some; in the
masked views they are those that masking leaves. Of clips there is a block of strips per sample, one
below the other, each with some frames side by side; the target is green, what moves in a frame is
grey: all of the first one, nothing being known before it.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mmengine.config import DictAction

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # when run as a script
from wiid_plugins.compose import read_config  # noqa: E402
from wiid_plugins.visualization.sheet import draw  # noqa: E402


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config')
    parser.add_argument('--out', type=Path, help='PNG; default: work_dirs/<config>_pairs.png')
    parser.add_argument('--count', type=int, help='samples; default: 8, of clips 3')
    parser.add_argument('--frames', type=int, default=8, help='of a clip, side by side at most')
    parser.add_argument(
        '--animate', action='store_true', help='clips: all frames as a GIF beside the PNG'
    )
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, default={})
    args = parser.parse_args(argv)
    out = args.out or Path('work_dirs') / f'{Path(args.config).stem}_pairs.png'
    try:
        config = read_config(args.config, args.cfg_options)
        print(draw(config, args.config, out, args.count, args.frames, args.animate, args.seed))
    except (ValueError, OSError) as error:
        sys.exit(f'error: {error}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
