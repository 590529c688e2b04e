"""Train a detector of Ultralytics from a config: ``python tools/train.py configs/yolo/....py``."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from mmengine.config import Config, DictAction
from ultralytics.utils import LOGGER, RANK

from wiid_plugins.compose import read_config
from wiid_plugins.compose.backends import packages_of
from wiid_plugins.yolo.checkpoint import open_checkpoint
from wiid_plugins.yolo.logs import callbacks_for
from wiid_plugins.yolo.options import plain_dict, setting, write_data
from wiid_plugins.yolo.trainer import PairedDetectionTrainer


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line, the one of every MMLab tool."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config')
    parser.add_argument('--work-dir', type=Path, help='default: work_dirs/<name of the config>')
    parser.add_argument(
        '--resume', nargs='?', const='auto', help='last.pt; without a value that of the work dir'
    )
    parser.add_argument('--amp', action='store_true', help='automatic mixed precision')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, help='train.epochs=3 ...')
    parser.add_argument(
        '--device', help='0, 0,1 (several GPUs) or cpu; default: Ultralytics chooses'
    )
    parser.add_argument('--launcher', choices=['none', 'pytorch'], default='none')
    return parser.parse_args(argv)


def overrides_of(args: argparse.Namespace, config: Config, folder: Path) -> dict:
    """Give the overrides of the trainer.

    Raises:
        FileNotFoundError: If the checkpoint to resume is not there.
    """
    own: dict[str, Any] = {
        'data': str(write_data(config, folder)),
        'save_dir': str(folder / 'train'),
    }
    device = _device(args)
    if device is not None:
        own['device'] = device
    last = folder / 'train' / 'weights' / 'last.pt'
    if args.resume and args.resume != 'auto':
        last = Path(args.resume)
        if not last.is_file():
            raise FileNotFoundError(f'{last}: there is no such checkpoint to resume')
    if args.resume and last.is_file():
        return own | {'resume': str(last), 'save_dir': str(last.parents[1])}  # the target is there
    train = plain_dict(config.train)
    train['amp'] = args.amp or train.get('amp', False)
    own |= {'model': config.model, 'pretrained': config.get('pretrained') or False}
    return train | own | {'exist_ok': True}


def check_checkpoints(overrides: dict) -> None:
    """Open what a training starts from, before it starts in one process or several.

    Raises:
        FileNotFoundError: If it is not there.
        pickle.UnpicklingError: If it asks for anything but models of Ultralytics and of this package.
        ValueError: If it is damaged, or none of Ultralytics.
    """
    for file in (overrides.get(key) for key in ('resume', 'model', 'pretrained')):
        if isinstance(file, str) and not file.endswith(('.yaml', '.yml')):
            open_checkpoint(file)


def _device(args: argparse.Namespace) -> str | None:
    """Name the devices; under torchrun one for each process, which Ultralytics wants as a list."""
    if args.launcher == 'none' or args.device:
        return args.device
    if os.environ['WORLD_SIZE'] != os.environ['LOCAL_WORLD_SIZE']:
        sys.exit('error: Ultralytics trains on the GPUs of one machine only; set NNODES=1')
    return ','.join(map(str, range(int(os.environ['WORLD_SIZE']))))


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    args = parse(argv)
    folder = args.work_dir or Path('work_dirs') / Path(args.config).stem
    try:
        config = read_config(args.config, args.cfg_options)
        overrides = overrides_of(args, config, folder)
        check_checkpoints(overrides)
        callbacks = callbacks_for(packages_of(config))
    except (FileNotFoundError, ModuleNotFoundError, UnpicklingError, ValueError) as error:
        sys.exit(f'error: {error}')
    if RANK in {-1, 0}:
        config.dump(folder / Path(args.config).name)
        LOGGER.info(f'Setting: {setting(config)}')
    try:
        PairedDetectionTrainer(overrides=overrides, _callbacks=callbacks).train()
    except AssertionError as error:
        if 'nothing to resume' not in str(error):
            raise
        sys.stderr.write(
            f'{overrides["resume"]}: this training is finished, there is nothing to resume. A longer '
            'one starts from its weights with --cfg-options pretrained=FILE and another --work-dir\n'
        )


if __name__ == '__main__':
    main()
