"""Unpack CODaN (Common Objects Day and Night, Lengyel et al., ICCV 2021).

The archives are published in the repository Attila94/CODaN; the train one comes in three parts.
Result: `<root>/{train,val,test_day,test_night}/<Class>/*.jpg`. A split appears only when it is
whole; splits that are already there are verified and left alone.
"""

import argparse
import bz2
import io
import sys
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # when run as a script
from tools.prepare.common import common  # noqa: E402

CLASSES = ['Bicycle', 'Car', 'Motorbike', 'Bus', 'Boat', 'Cat', 'Dog', 'Bottle', 'Cup', 'Chair']
PER_CLASS = {'train': 1000, 'val': 50, 'test_day': 250, 'test_night': 250}
TRAIN_PARTS = 3
PUBLISHED = 'https://github.com/Attila94/CODaN'
EPILOG = f"""The archives ({PUBLISHED}, folder data) are
  codan_train.tar.bz2.part0 .. part{TRAIN_PARTS - 1}  codan_val.tar.bz2
  codan_test_day.tar.bz2  codan_test_night.tar.bz2

example:
  python tools/prepare/codan.py ~/Downloads/CODaN/data data/codan
"""


class JoinedFiles(io.RawIOBase):
    """Read several files one after the other as if they were one.

    Args:
        paths: The files, in order.
        bar: Progress bar, moved by every byte that is read.
    """

    def __init__(self, paths: Sequence[Path], bar: tqdm) -> None:
        self._files = [path.open('rb') for path in paths]
        self._bar = bar
        self._current = 0

    def readable(self) -> bool:
        """Say that this stream can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:
        """Fill `buffer` from the current file; go on to the next one at its end."""
        while self._current < len(self._files):
            size = self._files[self._current].readinto(buffer)
            if size:
                self._bar.update(size)
                return size
            self._current += 1
        return 0

    def close(self) -> None:
        """Close every file."""
        for file in self._files:
            file.close()
        super().close()


def archive_files(archives: Path, split: str) -> list[Path]:
    """List the file, or the parts, that hold a split, whether they are there or not."""
    whole = archives / f'codan_{split}.tar.bz2'
    if split != 'train' or whole.is_file():
        return [whole]
    return [whole.with_name(f'{whole.name}.part{i}') for i in range(TRAIN_PARTS)]


def class_and_name(member: tarfile.TarInfo, split: str, archive: str) -> tuple[str, str] | None:
    """Read the class and the file name off a member's path, whatever its top folders.

    Returns:
        Class and file name ending in `.jpg`; None for anything that is not a photo.
    """
    path = PurePosixPath(member.name)
    photo = path.suffix.lower() in ('.jpg', '.jpeg') and not path.name.startswith('.')
    if photo and (member.issym() or member.islnk()):
        raise common.PrepareError(
            f"{archive}: '{member.name}' is a link to '{member.linkname}', no photo; "
            'pack the photo itself, or download the archive again'
        )
    if not (member.isfile() and photo):
        return None
    if path.parent.name not in CLASSES:
        raise common.PrepareError(
            f"{archive}: '{member.name}' is in no class folder of CODaN ({' '.join(CLASSES)}); "
            'is this the right archive?'
        )
    top = path.parent.parent.name
    if top in PER_CLASS and top != split:
        raise common.PrepareError(
            f"{archive}: '{member.name}' belongs to the split '{top}', expected '{split}'; "
            'give the archives their published names'
        )
    return path.parent.name, f'{path.stem}.jpg'


def extract(tar: tarfile.TarFile, split: str, archive: str, folder: Path) -> None:
    """Extract the photos of an open archive to `folder/<Class>/`, none over another."""
    met: dict[str, str] = {}
    for member in tar:
        member = tarfile.data_filter(member, str(folder))
        if not (target := class_and_name(member, split, archive)):
            continue
        path = '/'.join(target)
        if first := met.get(path.casefold()):
            raise common.PrepareError(
                f"{archive}: '{first}' and '{member.name}' are both to be {path}; "
                'take one of them out, or download the archive again'
            )
        met[path.casefold()] = member.name
        tar.extract(member.replace(name=path), folder, filter='data')


def unpack(paths: Sequence[Path], split: str, folder: Path) -> None:
    """Extract the photos of one split to `folder/<Class>/`, reading the parts as one stream."""
    name = paths[0].name if len(paths) == 1 else f'{paths[0].name} .. {paths[-1].name}'
    size = sum(path.stat().st_size for path in paths)
    again = f'delete the archive and download it again from {PUBLISHED}'
    bar = tqdm(total=size, unit='B', unit_scale=True, desc=split, leave=False)
    with bar, io.BufferedReader(JoinedFiles(paths, bar), 2**20) as joined:
        try:
            with bz2.BZ2File(joined) as plain, tarfile.open(fileobj=plain, mode='r|') as tar:
                extract(tar, split, name, folder)
        except EOFError as error:
            raise common.PrepareError(f'{name} ({size} bytes) is truncated; {again}') from error
        except tarfile.FilterError as error:
            raise common.PrepareError(f'{name} holds an unsafe path: {error}; {again}') from error
        except (tarfile.TarError, ValueError) as error:  # tarfile does not check all numbers
            raise common.PrepareError(f'{name} is damaged ({error}); {again}') from error
        except OSError as error:
            if error.errno is not None:  # the disk; bz2 raises OSError without a number
                raise
            raise common.PrepareError(f'{name} is no bzip2 archive ({error}); {again}') from error


def prepare(archives: Path, root: Path, per_class: Mapping[str, int] = PER_CLASS) -> list[str]:
    """Make the splits that are not there yet and verify the others.

    Args:
        archives: Folder with the published archives; not needed when everything is there.
        root: Folder to make.
        per_class: Split -> images per class.

    Returns:
        The splits that were made.
    """
    parts = [path for split in per_class for path in archive_files(archives, split)]
    todo = []
    for split, count in per_class.items():
        folder = root / split
        common.keep_apart(folder, *parts)
        if common.is_filled(folder):
            mend = f'delete {folder} and run again'
            common.check_counts(folder, dict.fromkeys(CLASSES, count), str(folder), mend)
        else:
            todo.append(split)
    sources = {split: archive_files(archives, split) for split in todo}
    files = [path for paths in sources.values() for path in paths]
    missing = [path.name for path in files if not path.is_file()]
    if missing:
        raise common.PrepareError(
            f'{", ".join(missing)} not found in {archives}; download from {PUBLISHED} (folder data)'
        )
    if todo:  # photos hardly compress: unpacked they take about the size of the archives
        common.need_space(root, int(1.1 * sum(path.stat().st_size for path in files)))
    for split, paths in sources.items():
        with common.atomic_dir(root / split) as part:
            unpack(paths, split, part)
            mend = f'the archive is not whole, download it again from {PUBLISHED}'
            expected = dict.fromkeys(CLASSES, per_class[split])
            common.check_counts(part, expected, paths[0].name, mend)
    return todo


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description='Unpack and check CODaN: 10 classes by day, and a test split by night.',
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('archives', type=Path, help='folder with the published archives')
    parser.add_argument('root', type=Path, nargs='?', default=Path('data/codan'), help='result')
    args = parser.parse_args(argv)

    def job() -> str:
        made = prepare(args.archives, args.root)
        counts = ', '.join(f'{split} {len(CLASSES) * n}' for split, n in PER_CLASS.items())
        return f'{args.root}: {"made " + ", ".join(made) if made else "already there"} ({counts})'

    return common.run_cli(job)


if __name__ == '__main__':
    sys.exit(main())
