"""Compare plain training with WiiD on a small generated day / night set, in minutes, on a laptop.

Makes data/demo when it is missing, draws the training pairs into a PNG, trains both models with the
same schedule and prints their accuracy by day and by night, raw and through the enhancement.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # tools/ is no installed package
from tools import browse_pairs, compare  # noqa: E402
from tools.prepare.demo import make_demo  # noqa: E402
from wiid_plugins import config  # noqa: E402

CONFIGS = [config(f'demo/resnet18_{method}_demo.py') for method in ('plain', 'wiid')]
WORK_DIR = Path('work_dirs/demo')


def main() -> int:
    """Run the demo."""
    print('1/3  data/demo: eight shapes by day, a really different night')
    make_demo(Path('data/demo'))
    print('2/3  training plain and WiiD, one seed each (about two minutes on two cores)')
    jobs = ['--seeds', '0', '--jobs', '2', '--work-dir', str(WORK_DIR)]
    compare.main([*CONFIGS, *jobs, '--again'])  # where the code has changed since the last demo
    print(
        '     top-1 in percent, mean over classes; "enhanced": dark pictures brightened at test time'
    )
    print('3/3  what WiiD trained on')
    browse_pairs.main([CONFIGS[1], '--out', str(WORK_DIR / 'pairs.png')])
    return 0


if __name__ == '__main__':
    sys.exit(main())
