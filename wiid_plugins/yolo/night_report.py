"""Test detectors of Ultralytics in any light, for :mod:`wiid_plugins.apis.night_report`."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from mmengine.config import Config
from torch import Tensor
from ultralytics.data.utils import IMG_FORMATS, img2label_paths
from ultralytics.utils import LOGGER

from ..comparing.digest_data import data_files
from ..translation import Light, build_darkener, build_enhancer
from .checkpoint import open_for
from .enhanced import EnhancedValidator
from .options import plain_dict, write_data
from .test import OVERALL, score

Images = str | list[str]


class InLight(Light):
    """Darken each picture by the next of fixed draws, then brighten it.

    Args:
        darken: Options of the darkening; None: none.
        enhance: Options of the enhancement; None: none.
    """

    def __init__(self, darken: dict | None, enhance: dict | None):
        self.darken = None if darken is None else build_darkener(**darken)
        self.enhance = None if enhance is None else build_enhancer(**enhance)
        self.drawn = 0

    def __call__(self, images: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Change pictures ``(N, 3, H, W)``; a validation calls it in the same order for all models."""
        if self.darken is not None:
            fixed = torch.Generator().manual_seed(self.drawn)
            images = self.darken(images.cpu(), fixed).to(images.device)
            self.drawn += len(images)
        return images if self.enhance is None else self.enhance(images)


def classes_of(cfg: Config) -> list[str]:
    """Read the classes that a config tests."""
    return plain_dict(cfg.data.names)


def config_of(cfg: Config) -> dict:
    """Give the parts of a config that a score depends on, besides the set."""
    return {'names': classes_of(cfg), 'batch': cfg.train.batch}


def files_of(data: dict, listed: dict) -> dict[str, str]:
    """Describe the pictures of a test set, and the labels beside them."""
    named = {'path': data['path'], 'val': data['images']}
    return data_files({'default_scope': 'ultralytics', 'data': named}, listed)


def sets_of(cfg: Config) -> dict[str, dict]:
    """Give the test sets: ``'day'`` and, if there, ``'night'``.

    Raises:
        ValueError: If there is none by day.
    """
    block, data = plain_dict(cfg.wiid), plain_dict(cfg.data)
    named = {'day': block.get('day', data.get('val')), 'night': block.get('night')}
    if not named['day']:
        raise ValueError(
            f'{cfg.filename}: has no labelled test set by day; set wiid.day or data.val'
        )
    return {name: {'path': data['path'], 'images': each} for name, each in named.items() if each}


def labels_of(cfg: Config, data: dict) -> list[set[int]]:
    """Give the classes in each picture of a set."""
    return [_labels(Path(file)) for file in img2label_paths(files(data))]


def _labels(file: Path) -> set[int]:
    lines = file.read_text(encoding='utf-8-sig').splitlines() if file.is_file() else []
    return {int(line.split()[0]) for line in lines if line.strip()}


def cut(cfg: Config, data: dict, chosen: list[int], stem: Path) -> dict:
    """Keep the chosen pictures, in a list of files."""
    images, file = files(data), stem.with_suffix('.txt').resolve()
    file.write_text('\n'.join(images[i] for i in chosen), encoding='utf-8')
    return {**data, 'images': str(file)}


def files(data: dict) -> list[str]:
    """List the pictures of a set: of folders, or of lists of files.

    Raises:
        FileNotFoundError: If one is not there, or there is no picture.
    """
    images: Images = data['images']
    found: list[str] = []
    for part in [images] if isinstance(images, str) else images:
        place = Path(data['path'], part)
        if place.is_dir():
            found += map(str, place.rglob('*.*'))
        elif place.is_file():
            lines = place.read_text(encoding='utf-8-sig').splitlines()
            found += [str(place.parent / line.strip()) for line in lines if line.strip()]
        else:
            raise FileNotFoundError(f'{place}: there is no such folder or list of test pictures')
    found = sorted(f for f in found if Path(f).suffix[1:].lower() in IMG_FORMATS)
    if not found:
        raise FileNotFoundError(f'{data["path"]}/{images}: holds no picture')
    return [str(Path(f).resolve()) for f in found]


def images_of(cfg: Config, data: dict, places: list[int]) -> list[np.ndarray]:
    """Read pictures in the size that a model sees, uint8 BGR."""
    listed, found = files(data), []
    for place in places:
        image: Any = cv2.imread(listed[place])
        scale = cfg.train.imgsz / max(image.shape[:2])
        size = [max(1, round(s * scale)) for s in image.shape[1::-1]]
        found.append(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    return found


def in_light(cfg: Config, data: dict, darken: dict | None, enhance: dict | None) -> dict:
    """Describe a set in a light, in the size that a model sees."""
    light = {'darken': plain_dict(darken), 'enhance': plain_dict(enhance)}
    return {**data, **light, 'imgsz': cfg.train.imgsz}


def open_model(
    cfg: Config, checkpoint: Path, data: dict, work: Path, device: str
) -> Callable[[dict], dict]:
    """Check a checkpoint; give what scores it on a set.

    Raises:
        pickle.UnpicklingError: Of :func:`~.checkpoint.open_for`.
        ValueError: Of the same.
    """
    names = classes_of(cfg)
    open_for(checkpoint, names)

    def scored(data: dict) -> dict:
        images = data['images']
        options = dict(
            model=str(checkpoint),
            data=str(write_data(cfg, work, train=images, val=images)),
            imgsz=data['imgsz'],
            batch=cfg.train.batch,
            mode='val',
            device='cpu' if device == 'cpu' else '0',
            plots=False,
            verbose=False,
        )
        light = InLight(data['darken'], data['enhance'])
        validator = EnhancedValidator(light, save_dir=work, args=options)
        return record(quietly(score, validator), names) | {'images': len(files(data))}

    return scored


def quietly(function: Callable, *args: Any) -> Any:
    """Call without what Ultralytics tells of its progress."""
    level = LOGGER.level
    LOGGER.setLevel('ERROR')
    try:
        return function(*args)
    finally:
        LOGGER.setLevel(level)


def record(found: dict[str, dict[str, float]], names: Sequence[str]) -> dict[str, Any]:
    """Put the scores in the form of the report."""
    scores = {key: found[OVERALL][key] for key in ('mAP50-95', 'mAP50')}
    classes = {name: found[name]['mAP50-95'] for name in names if name in found}
    return dict(score=scores['mAP50-95'], scores=scores, classes=classes)
