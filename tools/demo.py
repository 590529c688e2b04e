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
from wiid_plugins.compose import read_config  # noqa: E402
from wiid_plugins.visualization.said import draw_said  # noqa: E402

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
    print('3/3  what WiiD trained on, and what both say of the night')
    browse_pairs.main([CONFIGS[1], '--out', str(WORK_DIR / 'pairs.png')])
    models = {
        f'{name} says': (read_config(path), max(WORK_DIR.glob(f'{Path(path).stem}/seed0/*.pth')))
        for name, path in zip(('plain', 'WiiD'), CONFIGS, strict=True)
    }
    draw_said(models, ('day', 'night', 'night_enhanced'), WORK_DIR / 'night.png')
    print(f'{WORK_DIR / "night.png"}: the first night image of each class')
    return 0


if __name__ == '__main__':
    sys.exit(main())
