"""One config with one seed: the folder it is trained in, and whether what lies there fits it."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from .digest import UNREADABLE, differences, read, take

RESULT, TRAINED, LAST = 'result.json', 'trained', 'last_checkpoint'


@dataclass
class Run:
    """A training of one config with one seed, as a call of ``tools/compare.py`` wants it.

    Args:
        config: The config file.
        seed: Of the training.
        folder: Where everything of it lies.
        options: ``KEY=VALUE``, its seed among them.
        code: The checkout that trains it.
        digest: What it depends on, when the call began.
    """

    config: str
    seed: int
    folder: Path
    options: tuple[str, ...]
    code: Path
    digest: dict

    def __str__(self) -> str:
        """Name it in a sentence."""
        return f'{self.config}, seed{self.seed}'

    @property
    def ultralytics(self) -> bool:
        """Whether it is a training of Ultralytics."""
        return self.digest['config'].get('default_scope') == "'ultralytics'"

    def scores(self) -> dict[str, float] | None:
        """Read the stored scores; None if there are none or their file is damaged."""
        try:
            found = json.loads((self.folder / RESULT).read_text(encoding='utf-8'))
        except (OSError, ValueError):
            return None
        whole = isinstance(found, dict) and all(type(v) in (int, float) for v in found.values())
        return found if found and whole else None

    def checkpoint(self) -> Path | None:
        """Find its last checkpoint, whose file may be gone; None before the first one.

        ``last_checkpoint`` holds the path at the time of writing: in a copied folder that is the
        checkpoint of the original, so one of this name in the folder itself goes first.
        """
        if self.ultralytics:
            last = self.folder / 'train/weights/last.pt'
            return last if last.is_file() or (self.folder / TRAINED).is_file() else None
        try:
            named = (self.folder / LAST).read_text(errors='replace').strip()
        except OSError:
            return self.folder / LAST if (self.folder / TRAINED).is_file() else None
        own = os.path.join(self.folder, os.path.basename(named))
        return Path(own if os.path.isfile(own) else named)

    def gone(self) -> str:
        """Say which checkpoint is needed and is not there; empty if all is well."""
        last = None if self.scores() else self.checkpoint()
        if last is None or os.path.isfile(last):  # which takes any damaged name
            return ''
        return f'its checkpoint {ascii(last.name[:80])[1:-1] or "(no name)"} is gone'

    def difference(self) -> str:
        """Name what differs between what was stored or begun and this run; empty if nothing does."""
        if self.checkpoint() is None and not (self.folder / RESULT).is_file():
            return ''
        told = (differences(read(self.folder), self.digest), self.gone())
        return '; '.join(filter(None, told))

    def refusal(self) -> str:
        """Say why it is neither shown nor gone on with; empty if it fits."""
        differs = self.difference()
        keep = '' if self.gone() else ', --keep shows or ends it, marked'
        return differs and (
            f'{self}: what {self.folder} holds does not fit this call: {differs}; --again trains it '
            f'anew{keep}'
        )

    def now(self) -> dict:
        """Take its digest again.

        Raises:
            RuntimeError: If its config cannot be read any more.
        """
        try:
            return take(self.config, self.options, self.code)
        except UNREADABLE as error:
            raise RuntimeError(f'{self}: {error}') from error

    def set_aside(self) -> Path:
        """Move its folder out of the way; return where it is now."""
        number = 1
        while (aside := self.folder.with_name(f'{self.folder.name}.old{number}')).exists():
            number += 1
        return self.folder.rename(aside)

    @contextmanager
    def lock(self) -> Iterator[int]:
        """Keep other calls out of its folder, also while a training of a killed call is still going.

        Yields:
            A file descriptor for the processes it starts: they hold the lock, too.

        Raises:
            RuntimeError: If another one is at work there.
        """
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with self.folder.with_name(f'{self.folder.name}.lock').open('a') as file:
            if sys.platform != 'win32':
                fcntl = import_module('fcntl')
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError as error:
                    raise RuntimeError(
                        f'{self}: another call, or a training that one has left behind, is at work in '
                        f'{self.folder}; wait for it or stop it'
                    ) from error
            yield file.fileno()


def name_folders(configs: Sequence[str]) -> dict[str, str]:
    """Name configs after their files, and those of one file name after their folders, too."""
    parts = {c: Path(os.path.abspath(c)).with_suffix('').parts for c in configs}
    names = {c: p[-1] for c, p in parts.items()}
    for depth in range(2, max(map(len, parts.values())) + 1):
        taken = list(names.values())
        for config, name in list(names.items()):
            if taken.count(name) > 1:
                names[config] = '-'.join(parts[config][-depth:]).strip('/')
    return names
