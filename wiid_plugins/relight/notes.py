"""Notes in an output folder: from which state of its input each output was made."""

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from .tree import Job

NAME = '.wiid_light_inputs.jsonl'  # a line per output; of several the last one counts


def refresh(out: Path, jobs: Sequence[Job]) -> list[Job]:
    """Remove outputs whose input has changed or now has another output, and note the inputs of all.

    An output without a note was made by a release that took none: it counts as made from its input
    unless it is older. Several processes may do so at once, each with its own jobs.

    Returns:
        Jobs whose output has no note and is older than the input; it is kept.
    """
    notes, lines, unsure = _read(out / NAME), [], []
    _remove_renamed(out, notes, jobs)
    for job in jobs:
        if job.state is None:
            continue
        key, now = job.target.relative_to(out).as_posix(), [job.name, *job.state]
        note = notes.get(key)
        if job.is_done and note is None and job.target.stat().st_mtime_ns < job.state[1]:
            unsure.append(job)
            continue
        if job.is_done and note not in (None, now):
            job.target.unlink(missing_ok=True)
        if note != now:
            lines.append(json.dumps([key, *now]))
    if lines:
        _append(out / NAME, lines)
    return unsure


def _remove_renamed(out: Path, notes: dict[str, list], jobs: Sequence[Job]) -> None:
    """Remove ``a.png``, made of ``a.jpg``, where ``a.tif`` lies beside that one by now; or back."""
    for job in jobs:
        name, suffix = Path(job.name), job.target.suffix
        for other in (name.with_suffix(suffix), name.with_name(name.name + suffix)):
            if out / other != job.target and notes.get(other.as_posix(), [None])[0] == job.name:
                (out / other).unlink(missing_ok=True)


def _read(file: Path) -> dict[str, list]:
    notes = {}
    for line in file.read_bytes().splitlines() if file.is_file() else ():
        with suppress(ValueError, TypeError):  # a line that a killed run has left in part
            key, name, size, time = json.loads(line)
            notes[key] = [name, size, time]
    return notes


def _append(file: Path, lines: Sequence[str]) -> None:
    """Append in one piece, so that lines of several processes do not mix."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    try:
        os.write(handle, '\n'.join(['', *lines, '']).encode())
    finally:
        os.close(handle)
