"""Split the German traffic signs (GTSRB training archive) into bright and really dark photos.

A track is the 30 photos of one sign instance. The rule, applied class by class:

* a track's grey is the mean over its photos of their mean grey (ITU-R 601 luma, 0 to 255);
* bright tracks (grey >= 70): a quarter of them (at least 2) are `test_day`, the others `train`;
* dark tracks (grey < 40): three tenths of them (at least 2 stay) are `unlabelled_dark`, the
  others `test_night`; tracks in between are left out;
* `train` keeps every second photo of a track, the other splits every third;
* photos are stored as JPEG, quality 92, size untouched.

No track is in two splits. Which track goes where is drawn with a seed. This is a split made by
one rule, not a fixed list of files: numbers from other copies do not compare photo by photo.
The photos of `unlabelled_dark` are numbered in a random order, and `manifest.csv` leaves out
their class, track and source.
"""

import argparse
import csv
import io
import random
import re
import sys
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # when run as a script
from tools.prepare.common import common  # noqa: E402

NAMES = (
    '01_speed30 02_speed50 03_speed60 04_speed70 05_speed80 07_speed100 08_speed120 '
    '09_no_overtaking 10_no_overtaking_trucks 11_priority_next_crossing 12_priority_road '
    '13_yield 17_no_entry 18_danger 23_slippery 25_roadworks 26_traffic_signal 28_children '
    '31_wild_animals 33_turn_right 38_keep_right'
)
CLASSES = {int(name[:2]): name for name in NAMES.split()}
DARK_BELOW, BRIGHT_FROM = 40, 70
STEP = {'train': 2, 'test_day': 3, 'test_night': 3, 'unlabelled_dark': 3}
COLUMNS = ['file', 'source_path', 'gtsrb_class', 'track', 'mean_gray', 'width', 'height']
PHOTO = re.compile(r'(?:^|/)(\d{1,5})/(\d{5})_(\d{5})\.ppm$', re.IGNORECASE)
EPILOG = """GTSRB_Final_Training_Images.zip is published at https://benchmark.ini.rub.de

example:
  python tools/prepare/gtsrb_daynight.py GTSRB_Final_Training_Images.zip data/gtsrb_daynight
"""
Track = tuple[int, str]
Reader = Callable[[str], bytes]


@contextmanager
def open_source(source: Path) -> Iterator[tuple[list[str], Reader]]:
    """Yield the names in a zip archive or a folder, and a function that reads one of them."""
    if source.is_dir():
        names = [p.relative_to(source).as_posix() for p in common.walk(source)]
        yield names, lambda name: (source / name).read_bytes()
    elif not source.is_file():
        raise common.PrepareError(f'{source} not found; name the GTSRB training zip or folder')
    else:
        try:
            archive = zipfile.ZipFile(source)
        except Exception as error:  # zipfile lets through what its parser stumbles over
            size = source.stat().st_size
            raise common.PrepareError(
                f'{source} ({size} bytes) is no whole zip archive ({error}); download it again'
            ) from error
        with archive:
            yield archive.namelist(), archive.read


def find_tracks(names: Sequence[str], classes: Mapping[int, str]) -> dict[Track, list[str]]:
    """Group the photos of the wanted classes by track, in the order of the frames."""
    tracks: dict[Track, list[str]] = defaultdict(list)
    met: dict[tuple[str, ...], str] = {}
    for name in sorted(names):
        match = PHOTO.search(name)
        if match and int(match[1]) in classes:
            photo = (classes[int(match[1])], *match.groups()[1:])
            if photo in met:
                raise common.PrepareError(
                    f'{met[photo]} and {name} are one photo of one track; take one of them out'
                )
            met[photo] = name
            tracks[int(match[1]), match[2]].append(name)
    return tracks


def load(read: Reader, name: str) -> tuple[Image.Image, float]:
    """Read a photo; return it as RGB with its mean grey in [0, 255]."""
    try:
        image = Image.open(io.BytesIO(read(name))).convert('RGB')
    except Exception as error:  # zipfile and Pillow let through what their parsers stumble over
        what = f'{type(error).__name__}: {error}'
        raise common.PrepareError(
            f'{name} cannot be read ({what}); unpack or download the archive again'
        ) from error
    return image, float(np.asarray(image.convert('L')).mean())


def track_greys(tracks: Mapping[Track, Sequence[str]], read: Reader) -> dict[Track, float]:
    """Measure every track: the mean over its photos of their mean grey."""
    greys = {}
    for track, names in tqdm(tracks.items(), desc='measuring tracks', leave=False):
        greys[track] = float(np.mean([load(read, name)[1] for name in names]))
    return greys


def assign(
    greys: Mapping[Track, float], classes: Mapping[int, str], seed: int
) -> dict[str, list[Track]]:
    """Give every bright and every dark track to one split, by the rule above."""
    splits: dict[str, list[Track]] = {split: [] for split in STEP}
    for label, name in classes.items():
        mine = sorted(track for track in greys if track[0] == label)
        bright = [track for track in mine if greys[track] >= BRIGHT_FROM]
        dark = [track for track in mine if greys[track] < DARK_BELOW]
        for kind, found, least in (('bright', bright, 3), ('dark', dark, 2)):
            if len(found) < least:
                raise common.PrepareError(
                    f'class {label} ({name}): found {len(found)} {kind} tracks of {len(mine)}, '
                    f'at least {least} needed; is the archive the whole training set?'
                )
        rng = random.Random(f'{seed}-{label}')
        rng.shuffle(bright)
        rng.shuffle(dark)
        day = max(2, round(len(bright) / 4))
        hidden = min(round(0.3 * len(dark)), len(dark) - 2)
        splits['test_day'] += bright[:day]
        splits['train'] += bright[day:]
        splits['unlabelled_dark'] += dark[:hidden]
        splits['test_night'] += dark[hidden:]
    return splits


def write_split(
    split: str,
    photos: Sequence[tuple[Track, str]],
    read: Reader,
    classes: Mapping[int, str],
    root: Path,
) -> list[list[object]]:
    """Write the photos of one split as JPEG; return their rows of the manifest."""
    rows = []
    for index, ((label, track), source) in enumerate(tqdm(photos, desc=split, leave=False)):
        image, grey = load(read, source)
        if split == 'unlabelled_dark':
            file, origin = f'{split}/{index:04d}.jpg', ['', '', '']
        else:
            file = f'{split}/{classes[label]}/{Path(source).stem}.jpg'
            origin = [source, label, track]
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        with (root / file).open('xb') as target:
            image.save(target, 'JPEG', quality=92)
        rows.append([file, *origin, round(grey, 1), *image.size])
    return rows


def verify(root: Path) -> None:
    """Check an existing folder against its own manifest."""
    manifest, mend = root / 'manifest.csv', f'delete {root} and run again, or name another folder'
    if not manifest.is_file():
        raise common.PrepareError(f'{manifest} not found, but the folder is not empty; {mend}')
    with manifest.open(newline='', errors='surrogateescape') as file:
        listed = {str(row.get('file')) for row in csv.DictReader(file)}
    there = {p.relative_to(root).as_posix() for p in root.rglob('*.jpg')}
    wrong = sorted(listed ^ there)
    if wrong or not listed:
        first = f', first {wrong[0]}' if wrong else ''
        raise common.PrepareError(
            f'{manifest} lists {len(listed)} photos, found {len(there)}{first}; {mend}'
        )


def prepare(
    source: Path, root: Path, seed: int = 0, classes: Mapping[int, str] = CLASSES
) -> dict[str, int] | None:
    """Make the split unless it is there.

    Args:
        source: The GTSRB training zip, or the folder it was unpacked to.
        root: Folder to make.
        seed: Seed of the draw of tracks.
        classes: GTSRB class number -> name of its folder.

    Returns:
        Split -> number of photos; None when `root` was already there and is whole.
    """
    common.keep_apart(root, source)
    if common.is_filled(root):
        verify(root)
        return None
    with open_source(source) as (names, read):
        tracks = find_tracks(names, classes)
        if not tracks:
            raise common.PrepareError(f'{source}: no photo 000CC/TTTTT_FFFFF.ppm in it (GTSRB)')
        common.need_space(root, 4096 * sum(map(len, tracks.values())))  # 2 kB a photo, in blocks
        splits = assign(track_greys(tracks, read), classes, seed)
        counts = {}
        with (
            common.atomic_dir(root) as part,
            (part / 'manifest.csv').open('w', newline='', errors='surrogateescape') as file,
        ):
            writer = csv.writer(file, lineterminator='\n')
            writer.writerow(COLUMNS)
            for split, members in splits.items():
                photos = [(t, name) for t in sorted(members) for name in tracks[t][:: STEP[split]]]
                if split == 'unlabelled_dark':
                    random.Random(seed).shuffle(photos)
                writer.writerows(write_split(split, photos, read, classes, part))
                counts[split] = len(photos)
    return counts


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description='Split the GTSRB training photos into bright and really dark ones.',
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('source', type=Path, help='GTSRB_Final_Training_Images.zip or its folder')
    parser.add_argument(
        'root', type=Path, nargs='?', default=Path('data/gtsrb_daynight'), help='result'
    )
    parser.add_argument('--seed', type=int, default=0, help='draws the tracks (default: 0)')
    args = parser.parse_args(argv)

    def job() -> str:
        counts = prepare(args.source, args.root, args.seed)
        made = counts and 'made ' + ', '.join(f'{split} {n}' for split, n in counts.items())
        return f'{args.root}: {made or "already there"}'

    return common.run_cli(job)


if __name__ == '__main__':
    sys.exit(main())
