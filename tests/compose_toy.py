"""Stock configs of the toolboxes with the method laid on them, and small data for them."""

from pathlib import Path

import cv2
import numpy as np
from mmengine.config import Config
from mmengine.hub import get_config

BASE = Path(__file__).parents[1] / 'configs/_base_'
TASKS = dict(mmpretrain='cls', mmdet='det', mmaction='act')
SETS = ('train', 'val', 'night')


def two_lines(stock, changes=None, **wiid):
    """A stock config with `_base_` of the method and a block `wiid`, not yet composed."""
    cfg = get_config(stock)
    cfg.merge_from_dict(Config.fromfile(BASE / f'wiid_{TASKS[stock.split("::")[0]]}.py').to_dict())
    cfg.merge_from_dict(changes or {})
    cfg.wiid.update(wiid)
    return cfg


def write_images(folder, n, size=(32, 32)):
    folder.mkdir(parents=True)
    rng = np.random.default_rng(len(folder.name))
    for i in range(n):
        cv2.imwrite(str(folder / f'{i}.png'), rng.integers(0, 256, (*size, 3), np.uint8))
    return str(folder)
