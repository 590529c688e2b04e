"""Test a detector of Ultralytics by day and by night: ``python tools/test.py CONFIG CHECKPOINT``."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from mmengine.config import Config, DictAction
from ultralytics.utils import LOGGER

from wiid_plugins.compose import read_config
from wiid_plugins.translation import Light, build_enhancer
from wiid_plugins.yolo.checkpoint import open_for
from wiid_plugins.yolo.enhanced import EnhancedValidator
from wiid_plugins.yolo.options import plain_dict, setting, write_data

OVERALL = 'all classes'


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config')
    parser.add_argument('checkpoint', type=Path, help='a paired or a stock .pt')
    parser.add_argument('--work-dir', type=Path, help='default: work_dirs/<name of the config>')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, help='train.imgsz=320 ...')
    parser.add_argument('--device', help='0 or cpu; default: Ultralytics chooses')
    return parser.parse_args(argv)


def score(validator: EnhancedValidator) -> dict[str, dict[str, float]]:
    """Validate; give mAP50 and mAP50-95 in percent, over all classes and for each."""
    validator()
    metrics = validator.metrics
    box = metrics.box
    scores = {OVERALL: {'mAP50': 100 * box.map50, 'mAP50-95': 100 * box.map}}
    for row, index in enumerate(metrics.ap_class_index):
        ap50, ap = metrics.class_result(row)[2:]
        scores[validator.names[index]] = {'mAP50': 100 * ap50, 'mAP50-95': 100 * ap}
    return {name: {k: round(float(v), 2) for k, v in s.items()} for name, s in scores.items()}


def run_domains(args: argparse.Namespace, config: Config, folder: Path) -> dict:
    """Score every test set raw and enhanced; images of each go into a folder of its own."""
    wiid: dict[str, Any] = config.get('wiid') or {}
    results = {}
    sets = {'day': wiid.get('day', config.data.val), 'night': wiid.get('night')}
    lights: dict[str, Light | None] = {'': None}
    if wiid.get('enhance') is not None:
        lights['_enhanced'] = build_enhancer(**wiid['enhance'])
    for name, images in sets.items():
        if images is None:
            continue
        for light, method in lights.items():
            domain = f'{name}{light}'
            options = dict(
                model=str(args.checkpoint),
                data=str(write_data(config, folder, domain, train=images, val=images)),
                imgsz=config.train.imgsz,
                batch=config.train.batch,
                mode='val',
                plots=wiid.get('pictures', True),
                **({'device': args.device} if args.device else {}),
            )
            LOGGER.info(f'\n{domain}')
            validator = EnhancedValidator(method, save_dir=folder / domain, args=options)
            results[domain] = score(validator)
    return results


def table(results: dict) -> str:
    """Lay out mAP50 / mAP50-95 in percent, classes down and domains across."""
    rows = list(dict.fromkeys(name for scores in results.values() for name in scores))
    lines = [f'{"mAP50 / mAP50-95":<18}' + ''.join(f'{d:>18}' for d in results)]
    for row in rows:
        cells = [scores.get(row) for scores in results.values()]
        texts = [f'{c["mAP50"]:.1f} / {c["mAP50-95"]:.1f}' if c else '-' for c in cells]
        lines.append(f'{row:<18}' + ''.join(f'{t:>18}' for t in texts))
    return '\n'.join(lines)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    args = parse(argv)
    folder = (args.work_dir or Path('work_dirs') / Path(args.config).stem) / 'test'
    try:
        config = read_config(args.config, args.cfg_options)
        open_for(args.checkpoint, plain_dict(config.data.names))
        results = run_domains(args, config, folder)
    except (FileNotFoundError, UnpicklingError, ValueError) as error:
        sys.exit(f'error: {error}')
    report = {'checkpoint': str(args.checkpoint), **setting(config), 'results': results}
    (folder / 'results.json').write_text(json.dumps(report, indent=2), encoding='utf-8')
    LOGGER.info(f'\n{table(results)}\nPictures and results.json: {folder}')


if __name__ == '__main__':
    main()
