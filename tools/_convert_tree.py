"""Which file of a tree becomes which, and files that are there whole or not at all."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

IMAGES = frozenset(['.bmp', '.jpeg', '.jpg', '.png', '.ppm', '.tif', '.tiff', '.webp'])
VIDEOS = frozenset(['.avi', '.mkv', '.mov', '.mp4', '.webm'])


class ConvertError(Exception):
    """A problem the user can mend; the message names the file, the value and the mend."""


class UnreadableError(Exception):
    """An input that is not what its name says, or damaged; the message is the reason alone."""


@dataclass(frozen=True)
class Job:
    """One file to be made.

    Args:
        name: Path of the input below the root, with ``/``; random draws depend on it.
        source: The input.
        target: The output.
    """

    name: str
    source: Path
    target: Path

    @property
    def is_video(self) -> bool:
        """Whether the input is a video, by its suffix."""
        return self.source.suffix.lower() in VIDEOS

    @property
    def is_done(self) -> bool:
        """Whether the output is there; it is never there in part."""
        return self.target.is_file()

    @property
    def is_stale(self) -> bool:
        """Whether the output is there, but the input has changed since."""
        return self.is_done and self.target.stat().st_mtime_ns < self.source.stat().st_mtime_ns


@dataclass(frozen=True)
class Plan:
    """All files of one run, in order of their names, and how many files are no media."""

    root: Path
    out: Path
    jobs: tuple[Job, ...]
    ignored: int

    def share(self, rank: int, world_size: int) -> list[Job]:
        """Give one process every ``world_size``-th picture and every ``world_size``-th video."""
        pictures = [job for job in self.jobs if not job.is_video]
        videos = [job for job in self.jobs if job.is_video]
        return pictures[rank::world_size] + videos[rank::world_size]


def make_plan(source: Path, out: Path, image_suffix: str) -> Plan:
    """Find the inputs below a folder, or take one file, and name their outputs.

    Raises:
        ConvertError: If there is no input, if the folders lie in one another, or if two inputs would
            become the same output.
    """
    if not source.exists():
        raise ConvertError(f'{source}: there is no such file or folder')
    root = source if source.is_dir() else source.parent
    _check_places(source, root, out)
    files = _walk(root) if source.is_dir() else [source]
    jobs = []
    for file in files:
        suffix = file.suffix.lower()
        if suffix in IMAGES | VIDEOS:
            name = file.relative_to(root)
            target = out / name.with_suffix(image_suffix if suffix in IMAGES else '.mp4')
            jobs.append(Job(name.as_posix(), file, target))
    if not jobs:
        known = ' '.join(sorted(IMAGES | VIDEOS))
        raise ConvertError(f'{source}: no picture and no video ({known}) is there')
    jobs.sort(key=lambda job: job.name)
    _check_targets(jobs)
    return Plan(root, out, tuple(jobs), len(files) - len(jobs))


def _check_places(source: Path, root: Path, out: Path) -> None:
    if out.exists() and not out.is_dir() or out.suffix.lower() in IMAGES | VIDEOS:
        raise ConvertError(f'{out}: OUT is a folder, also for a single file; name a folder')
    real_root, real_out = root.resolve(), out.resolve()
    inside = source.is_dir() and real_out.is_relative_to(real_root)
    if inside or real_root.is_relative_to(real_out):
        raise ConvertError(
            f'{out}: OUT and the folder of IN ({root}) must not be the same or lie in one another; '
            'name another folder'
        )


def _check_targets(jobs: Sequence[Job]) -> None:
    makers: dict[Path, Job] = {}
    for job in jobs:
        other = makers.setdefault(job.target, job)
        if other is not job:
            raise ConvertError(
                f'{other.source} and {job.source} would both become {job.target}; rename one'
            )


def _walk(root: Path) -> list[Path]:
    """Find all files, through links to folders too, except links to a folder they lie in."""
    files = []
    for folder, folders, names in os.walk(root, onerror=_fail, followlinks=True):
        here = Path(folder).resolve()
        folders[:] = [f for f in folders if not here.is_relative_to(Path(folder, f).resolve())]
        files += [Path(folder, name) for name in names]
    return files


def _fail(error: OSError) -> None:
    raise error


def part_of(target: Path) -> Path:
    """Name the file that becomes ``target`` when it is whole."""
    return target.with_name(f'.{target.name}.part')


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
