"""What scenes are composed of: sign crops by family, and photos, each in one split only."""

import hashlib
import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from tools.prepare.common.common import PrepareError, walk
from tools.prepare.common.detection import SUFFIXES
from tools.prepare.common.names import check_text
from tools.prepare.common.report import Report

FAMILIES = ['prohibition', 'warning', 'mandatory', 'other']  # other: diamond, yield, stop, no round
NUMBERS = {  # GTSRB's class numbers
    'prohibition': {*range(11), 15, 16, 17},  # round, red rim
    'warning': {11, *range(18, 32)},  # triangle, tip up
    'mandatory': {*range(33, 41)},  # round, blue
    'other': {12, 13, 14, 32, 41, 42},
}
HIDDEN = 'unlabelled_dark'
SPLITS = ('train', 'val', 'test_day', 'test_night', HIDDEN)
FOLDERS = ('train', 'test_day', 'test_night')  # of the signs; val is a part of train
VAL_SHARE = 0.1  # of the tracks of a class
DAY_FROM, DARK_BELOW = 70, 50  # mean grey of a photo, of 255
PHOTO_SHARES = {  # in which part of the shuffled photos a split's lie
    'val': (0.0, 0.1),
    'test_day': (0.1, 0.35),
    'train': (0.35, 1.0),
    HIDDEN: (0.0, 0.4),
    'test_night': (0.4, 1.0),
}
LEAST = 15  # px a side; GTSRB has no smaller crop, and its border takes 10 px
NAME = re.compile(r'(\d{5})_\d{5}\.jpg$')


@dataclass(frozen=True)
class Crop:
    """One sign crop: its file, its name below the tree, its family and its sign instance."""

    path: Path
    name: str
    label: int
    track: tuple[str, str]


@dataclass(frozen=True)
class Photo:
    """One photo to compose on, (H, W, 3) uint8 BGR."""

    path: Path
    image: np.ndarray


def find_family(folder: str) -> int | None:
    """Return the family of a class folder `NN_name`; None when its number is no GTSRB class."""
    number = int(folder[:2]) if re.match(r'\d\d_', folder) else -1
    found = [i for i, family in enumerate(FAMILIES) if number in NUMBERS[family]]
    return found[0] if found else None


def read_folder(root: Path, split: str, report: Report) -> list[Crop]:
    """List the crops of one folder of the tree, and check their names."""
    crops = []
    for folder in sorted(p for p in (root / split).iterdir() if p.is_dir()):
        label = find_family(folder.name)
        if label is None:
            report.fault('folder of an unknown class', str(folder))
            continue
        for path in sorted(folder.iterdir()):
            match = NAME.match(path.name)
            if not match:
                report.fault('sign is not named TRACK_FRAME.jpg', str(path))
                continue
            name = path.relative_to(root).as_posix()
            crops.append(Crop(path, name, label, (folder.name, match[1])))
    return crops


def read_image(path: Path, report: Report) -> np.ndarray | None:
    """Read an image as (H, W, 3) uint8 BGR; report it, and return None, when it is no good."""
    if not check_text(str(path), report):
        return None
    try:
        image = cv2.imread(str(path)) if path.is_file() else None
    except cv2.error:  # more pixels than OpenCV takes
        image = None
    if image is None:
        report.fault('image cannot be read', str(path))
    elif min(image.shape[:2]) < LEAST:
        size = f'{image.shape[1]} x {image.shape[0]}'
        report.fault(f'image under {LEAST} px', f'{path}: {size}')
        return None
    return image


def check_crop(crop: Crop, split: str, owner: dict[tuple[str, str], str], report: Report) -> bool:
    """Tell whether a crop can be read and its sign is in this split only.

    Args:
        crop: The crop.
        split: Where it is.
        owner: Sign -> split where it was first met; added to.
        report: Takes the fault.
    """
    first = owner.setdefault(crop.track, split)
    if first != split:
        report.fault('sign in two splits', f'{crop.path}, also in {first}')
        return False
    return read_image(crop.path, report) is not None


def hold_out(crops: Sequence[Crop], seed: int) -> tuple[list[Crop], list[Crop]]:
    """Part the crops into train and val by track, within every class that has two or more."""
    tracks = defaultdict(set)
    for crop in crops:
        tracks[crop.track[0]].add(crop.track)
    held_out = set()
    for name, found in sorted(tracks.items()):
        number = min(max(1, round(VAL_SHARE * len(found))), len(found) - 1)
        held_out.update(random.Random(f'{seed}-{name}').sample(sorted(found), number))
    train = [crop for crop in crops if crop.track not in held_out]
    return train, [crop for crop in crops if crop.track in held_out]


def read_crops(root: Path, seed: int, report: Report) -> dict[str, list[Crop]]:
    """Read the tree of signs.

    Args:
        root: What gtsrb_daynight.py made.
        seed: Draws the tracks of `val`.
        report: Takes faults.

    Returns:
        Split -> crops, every file readable and every track in one split only.
    """
    lost = [name for name in (*FOLDERS, HIDDEN) if not (root / name).is_dir()]
    if lost:
        raise PrepareError(f'{", ".join(lost)} not found in {root}; make it by gtsrb_daynight.py')
    found = {split: read_folder(root, split, report) for split in FOLDERS}
    hidden = sorted(p for p in (root / HIDDEN).iterdir() if p.suffix.lower() in SUFFIXES)
    found[HIDDEN] = [Crop(p, f'{HIDDEN}/{p.name}', 0, ('', p.stem)) for p in hidden]
    owner: dict[tuple[str, str], str] = {}
    for split, crops in found.items():
        found[split] = [crop for crop in crops if check_crop(crop, split, owner, report)]
    found['train'], found['val'] = hold_out(found['train'], seed)
    for split in SPLITS:
        there = {crop.label for crop in found[split]}
        absent = [f for i, f in enumerate(FAMILIES) if i not in there and split != HIDDEN]
        if absent or not found[split]:
            raise PrepareError(f'{root}: {split} has no sign of {", ".join(absent) or "any class"}')
    return {split: found[split] for split in SPLITS}


def read_kind(folders: Sequence[Path], dark: bool, seed: int, report: Report) -> list[Photo]:
    """Read the photos of one light, without those of the other, in random order, each once."""
    photos: dict[bytes, Photo] = {}
    other = f'not dark (grey {DARK_BELOW} or more)' if dark else f'not bright (grey < {DAY_FROM})'
    for folder in folders:
        if not folder.is_dir():
            raise PrepareError(f'{folder}: there is no such folder with photos')
        for path in sorted(p for p in walk(folder) if p.suffix.lower() in SUFFIXES):
            image = read_image(path, report)
            if image is None:
                continue
            grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).mean()
            digest = hashlib.sha256(image.tobytes()).digest()
            if not (grey < DARK_BELOW if dark else grey >= DAY_FROM):
                report.note(f'photos left out, {other}')
            elif digest in photos:
                report.note('photos left out, there twice')
            else:
                photos[digest] = Photo(path, image)
    found = list(photos.values())
    random.Random(seed).shuffle(found)
    return found


def read_photos(
    day: Sequence[Path], dark: Sequence[Path], seed: int, report: Report
) -> dict[str, list[Photo]]:
    """Read the photos and give each to one split.

    Args:
        day: Folders with daylight photos.
        dark: Folders with dark photos.
        seed: Draws the photos of a split.
        report: Takes faults, and counts photos that do not have the wanted light.
    """
    kinds = {
        False: read_kind(day, False, seed, report),
        True: read_kind(dark, True, seed, report),
    }
    photos = {}
    for split in SPLITS:
        found = kinds[split in ('test_night', HIDDEN)]
        first, last = (round(share * len(found)) for share in PHOTO_SHARES[split])
        photos[split] = found[first:last]
        if not photos[split]:
            kind = 'dark' if found is kinds[True] else 'daylight'
            raise PrepareError(f'{len(found)} {kind} photos: too few, none is left for {split}')
    return photos
