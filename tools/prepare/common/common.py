"""Shared by the dataset preparation tools: one error type, atomic folders, count checks."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


class PrepareError(Exception):
    """A problem the user can mend; the message names the file, the value and the mend."""


def say(text: str) -> None:
    """Report one line to the user."""
    sys.stdout.write(f'{text}\n')


def run_cli(job: Callable[[], str]) -> int:
    """Run a command's job, report its result or its error, and return the exit status."""
    try:
        say(job())
    except (PrepareError, OSError) as error:
        sys.stderr.write(f'error: {error}\n')
        return 1
    return 0


def walk(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder in a fixed order; linked folders are followed, each once."""
    met: set[str] = set()
    for place, folders, files in os.walk(folder, followlinks=True):
        if (real := os.path.realpath(place)) in met:
            folders.clear()
            continue
        met.add(real)
        folders.sort()
        found = (Path(place) / name for name in sorted(files) if not name.startswith('.'))
        yield from (path for path in found if path.is_file())


def part_of(target: Path) -> Path:
    """Return `<target>.part`, where a result is made."""
    return Path(f'{os.path.abspath(target)}.part')


def keep_apart(target: Path, *sources: Path) -> None:
    """Check that a result, and `<target>.part`, neither hold a source nor lie in one."""
    for path in (target, part_of(target)):
        made = Path(os.path.realpath(path))
        for source in sources:
            there = Path(os.path.realpath(source))  # Path.resolve raises at links in a circle
            if made in (there, *there.parents) or there in made.parents:
                raise PrepareError(
                    f'the result {made} and the source {there} lie in one another; '
                    'name another folder for the result'
                )


@contextmanager
def atomic_dir(target: Path) -> Iterator[Path]:
    """Yield `<target>.part` to be filled; it becomes `target` only if the block succeeds.

    What a killed earlier run left in `<target>.part` is removed first.
    """
    part = part_of(target)
    if part.exists():
        shutil.rmtree(part)
    part.mkdir(parents=True)
    try:
        yield part
        os.replace(part, os.path.abspath(target))
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def is_filled(folder: Path) -> bool:
    """Tell whether `folder` exists and holds anything."""
    if folder.exists() and not folder.is_dir():
        raise PrepareError(f'{folder} is a file, a folder is needed; remove it or name another')
    return folder.is_dir() and any(folder.iterdir())


def check_counts(folder: Path, expected: Mapping[str, int], label: str, mend: str) -> None:
    """Check the number of `*.jpg` in every class folder, and that there is no other folder.

    Args:
        folder: Folder that holds one folder per class.
        expected: Class name -> number of images.
        label: What to call `folder` in the error.
        mend: What the user can do about it.
    """
    folders = [d for d in folder.iterdir() if d.is_dir()] if folder.is_dir() else []
    found = {d.name: sum(1 for _ in d.glob('*.jpg')) for d in folders}
    wrong = [
        f'{name}: found {found.get(name, 0)} images, expected {expected.get(name, 0)}'
        for name in sorted(set(expected) | set(found))
        if found.get(name, 0) != expected.get(name, 0) or name not in expected
    ]
    if wrong:
        raise PrepareError(f'{label} has wrong counts ({"; ".join(wrong)}); {mend}')


def need_space(folder: Path, size: int) -> None:
    """Check that the disk of `folder`, which may not exist yet, has `size` bytes free."""
    place = next(p for p in (folder, *folder.absolute().parents) if p.exists())
    free = shutil.disk_usage(place).free
    if free < size:
        raise PrepareError(
            f'{folder}: {free / 2**20:.0f} MiB free on its disk, {size / 2**20:.0f} MiB needed; '
            'make room or name a folder on another disk'
        )
