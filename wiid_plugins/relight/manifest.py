"""The note in an output folder that says what made it, and what it forbids."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from .tree import ConvertError, Job, part_of, whole_file

NAME = '.wiid_light.json'
# What releases whose note does not say it have made.
EARLIER = {'bits': 8, 'brightness': 0.4, 'max_gain': 64.0}


def digest(weights: Path | None) -> str | None:
    """Give the SHA-256 of a file of weights, in hexadecimal."""
    if weights is None:
        return None
    return hashlib.sha256(weights.read_bytes()).hexdigest()


def claim(out: Path, settings: dict, jobs: Sequence[Job], overwrite: bool) -> None:
    """Make an output folder this run's own, or find that it is; clear what a killed run left.

    Several processes may do so at once, each with its own jobs and the same settings.

    Args:
        out: The folder; made if it is not there.
        settings: What the outputs depend on, as JSON can hold it.
        jobs: Those of this process.
        overwrite: Remove the outputs that are there, whoever made them, so that all are made again.

    Raises:
        ConvertError: If the folder was made with other settings, or if an output is there that no
            run of this tool has made; never with ``overwrite``.
    """
    manifest = out / NAME
    if not overwrite:
        _check(manifest, settings, jobs)
    for job in jobs:
        part_of(job.target).unlink(missing_ok=True)
        if overwrite:
            job.target.unlink(missing_ok=True)
    if overwrite or not manifest.is_file():
        with whole_file(manifest) as part:
            part.write_text(json.dumps(settings, indent=1))


def _check(manifest: Path, settings: dict, jobs: Sequence[Job]) -> None:
    mend = 'name another folder, or use --overwrite to make all outputs again'
    if not manifest.is_file():
        strangers = [job.target for job in jobs if job.target.exists()]
        if strangers:
            raise ConvertError(
                f'{strangers[0]}: is there ({len(strangers)} such files), and not made by this tool, '
                f'as {manifest} is missing; {mend}'
            )
        return
    try:
        before = EARLIER | dict(json.loads(manifest.read_text()))
    except (ValueError, TypeError):
        raise ConvertError(f'{manifest}: damaged; {mend}') from None
    if found := differences(before, settings):
        raise ConvertError(f'{manifest.parent}: {found}; {mend}')


def differences(before: dict, now: dict) -> str:
    """Say which settings are others than before; empty if none."""
    return ', '.join(
        f'{key} was {before.get(key)!r} and is now {now.get(key)!r}'
        for key in sorted({*before, *now})
        if before.get(key) != now.get(key)
    )
