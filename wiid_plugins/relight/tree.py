"""Which file of a tree becomes which, and files that are there whole or not at all."""

import errno
import hashlib
import os
import stat
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..images import HEIF, PLAIN
from ..images import SUFFIXES as IMAGES
from ..media import SUFFIXES as VIDEOS
from ..media import is_clip
from .names import name_outputs
from .say import count_kinds, mends

NAMED = (
    errno.EEXIST,
    errno.EISDIR,
    errno.ENAMETOOLONG,
    errno.ENOTDIR,
)  # faults of one output's name


class ConvertError(Exception):
    """A problem the user can mend; the message names the file, the value and the mend."""


class UnreadableError(Exception):
    """An input that is damaged, not what its name says, or too large; the message is the reason."""


@dataclass(frozen=True)
class Job:
    """One file to be made.

    Args:
        name: Path of the input below the root, with ``/``; random draws depend on it.
        source: The input.
        target: The output.
        state: Size in bytes and time of the last change in ns of the input; None: no regular file.
    """

    name: str
    source: Path
    target: Path
    state: tuple[int, int] | None = None

    @property
    def is_video(self) -> bool:
        """Whether the input is a video, or a picture that moves."""
        return self.target.suffix == '.mp4'

    @property
    def is_done(self) -> bool:
        """Whether the output is there; it is never there in part."""
        return os.path.isfile(self.target)  # pathlib raises at names that are too long


@dataclass(frozen=True)
class Outcome:
    """What became of a job: a reason if nothing, a note if it is not all that was in the input."""

    job: Job
    reason: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Plan:
    """All files of one run, in order of their names, and how many others of each suffix there are."""

    root: Path
    out: Path
    jobs: tuple[Job, ...]
    ignored: Mapping[str, int]

    def share(self, rank: int, world_size: int) -> list[Job]:
        """Give one process every ``world_size``-th picture and every ``world_size``-th video."""
        pictures = [job for job in self.jobs if not job.is_video]
        videos = [job for job in self.jobs if job.is_video]
        return pictures[rank::world_size] + videos[rank::world_size]


def make_plan(source: Path, out: Path, image_suffix: str) -> Plan:
    """Find the inputs below a folder, or take one file, and name their outputs.

    Raises:
        ConvertError: If there is no input, or if the folders lie in one another.
    """
    if not source.exists():
        raise ConvertError(f'{source}: there is no such file or folder')
    root = source if source.is_dir() else source.parent
    _check_places(source, root, out)
    files = _walk(root, out) if source.is_dir() else [source]
    suffixes = {f: f.suffix.lower() for f in files}
    outputs = name_outputs(
        {
            file.relative_to(root): '.mp4' if is_clip(file) else image_suffix
            for file, suffix in suffixes.items()
            if suffix in IMAGES | VIDEOS
        }
    )
    others = Counter(suffix for suffix in suffixes.values() if suffix not in IMAGES | VIDEOS)
    if not outputs:
        known = ' '.join([*sorted(PLAIN | HEIF | VIDEOS), 'and RAW of cameras'])
        there = [f'no picture and no video ({known}) is there', *mends(others)]
        count = f'; {others.total()} other files{count_kinds(others)}' if others else ''
        raise ConvertError(f'{source}: {there[0]}{"; ".join([count, *there[1:]])}')
    jobs = [
        Job(name.as_posix(), root / name, out / target, _state(root / name))
        for name, target in outputs.items()
    ]
    return Plan(root, out, tuple(sorted(jobs, key=lambda job: job.name)), others)


def _state(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:  # a link to nothing, or to itself
        return None
    return (found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None


def check_file(job: Job) -> None:
    """Refuse what is no file to be read: a link to nothing, or a pipe, which would be waited for.

    Raises:
        UnreadableError: If so.
    """
    if job.state is None:
        raise UnreadableError('is no regular file, or a link to none')
    if job.state[0] == 0:
        raise UnreadableError('is empty')


def _check_places(source: Path, root: Path, out: Path) -> None:
    if out.exists() and not out.is_dir() or out.suffix.lower() in IMAGES | VIDEOS:
        raise ConvertError(f'{out}: OUT is a folder, also for a single file; name a folder')
    if out.is_symlink() and not out.exists():
        raise ConvertError(f'{out}: is a link to nothing; name a folder')
    real_root, real_out = root.resolve(), out.resolve()
    inside = source.is_dir() and real_out.is_relative_to(real_root)
    if inside or real_root.is_relative_to(real_out):
        raise ConvertError(
            f'{out}: OUT and the folder of IN ({root}) must not be the same or lie in one another; '
            'name another folder'
        )


def _walk(root: Path, out: Path) -> list[Path]:
    """Find all files, through links to folders too, except in circles and back into ``out``."""
    files: list[Path] = []
    passed: dict[str, tuple[Path, ...]] = {str(root): (root.resolve(),)}
    for folder, folders, names in os.walk(root, onerror=_fail, followlinks=True):
        above = passed.pop(folder)
        real = {name: Path(folder, name).resolve() for name in folders}
        folders[:] = [
            name
            for name in folders
            if real[name] != out.resolve() and not any(a.is_relative_to(real[name]) for a in above)
        ]
        passed |= {os.path.join(folder, name): (*above, real[name]) for name in folders}
        files += [Path(folder, name) for name in names]
    return files


def _fail(error: OSError) -> None:
    raise error


def part_of(target: Path) -> Path:
    """Name the file that becomes ``target`` when it is whole."""
    name = f'.{target.name}.part'
    if len(os.fsencode(name)) > 255:  # more than file systems take, while the target's own may fit
        name = f'.{hashlib.sha256(os.fsencode(target.name)).hexdigest()}.part'
    return target.with_name(name)


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Yield a name to write to, beside ``target``, which it becomes only if the block succeeds."""
    part = part_of(target)
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield part
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def whole_output(target: Path) -> Iterator[Path]:
    """Do as :func:`whole_file`, for one of many.

    Raises:
        UnreadableError: If there can be no file of its name.
        OSError: If no output can be written, for example for want of space.
    """
    try:
        with whole_file(target) as part:
            yield part
    except OSError as error:
        if error.errno not in NAMED:
            raise
        raise UnreadableError(f'cannot be written as {target}: {error.strerror}') from None
