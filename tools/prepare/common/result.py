"""The marker in a finished folder: how it was made, and how many files each folder holds."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from tools.prepare.common import common

MARKER = 'prepared.json'


def count_files(root: Path) -> dict[str, int]:
    """Count the files of every folder below `root`, without the marker and Ultralytics' caches."""
    counts = {}
    for folder, _, files in os.walk(root):
        number = sum(name != MARKER and not name.endswith('.cache') for name in files)
        if number:
            counts[Path(folder).relative_to(root).as_posix()] = number
    return dict(sorted(counts.items()))


def seal(part: Path, options: Mapping[str, object], summary: str) -> None:
    """Write the marker of a folder that is complete.

    Args:
        part: The folder.
        options: What the result depends on, besides the input.
        summary: What to tell the user, now and in a second run.
    """
    marker = {'options': options, 'summary': summary, 'files': count_files(part)}
    (part / MARKER).write_text(json.dumps(marker, indent=1) + '\n')


def already_there(root: Path, options: Mapping[str, object]) -> str | None:
    """Check an earlier result.

    Args:
        root: Folder to make.
        options: As for `seal`.

    Returns:
        The summary of the run that made it; None when there is nothing yet.
    """
    if not common.is_filled(root):
        return None
    marker, mend = root / MARKER, f'delete {root} and run again, or name another folder'
    if not marker.is_file():
        raise common.PrepareError(f'{marker} not found, but the folder is not empty; {mend}')
    try:
        made = json.loads(marker.read_bytes())
        made['options'], made['files'].items(), made['summary']
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise common.PrepareError(f'{marker} is damaged ({error!r}); {mend}') from error
    if made['options'] != options:
        raise common.PrepareError(
            f'{root} was made with {made["options"]}, asked for {options}; {mend}'
        )
    found, wanted = count_files(root), made['files']
    wrong = [
        f'{folder}: found {found.get(folder, 0)} files, expected {wanted.get(folder, 0)}'
        for folder in sorted(found | wanted)
        if found.get(folder) != wanted.get(folder)
    ]
    if wrong:
        raise common.PrepareError(f'{root} is not whole ({"; ".join(wrong)}); {mend}')
    return made['summary']


def place(source: Path, target: Path) -> None:
    """Hard-link a file, or copy it where that cannot be done (another disk).

    What is at the target already may be a link to a source: it is never opened.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(os.path.realpath(source), target)
    except FileExistsError as error:
        raise common.PrepareError(
            f'{source}: {target} is there already, from another source; rename one of the two'
        ) from error
    except OSError:
        with source.open('rb') as file, target.open('xb') as copy:
            shutil.copyfileobj(file, copy)
