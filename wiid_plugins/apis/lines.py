"""A file with a line of JSON per prediction, written as it goes, that a later run goes on with."""

import json
from pathlib import Path

from ..relight.manifest import differences
from ..relight.tree import whole_file
from .results import Prediction


class LinesError(Exception):
    """A file of predictions that a run may not go on with; the message has the mend."""


class Lines:
    """Predictions as lines of JSON.

    What they depend on is kept beside them, in a hidden file: a run with other settings does not mix
    with them. Failed ones, and a clip that was not finished, are done again.

    Args:
        path: Of the file.
        settings: What the predictions depend on, as JSON can hold it.
        overwrite: Begin anew.

    Attributes:
        done: Sources that have their lines.

    Raises:
        LinesError: If the file is there and of other settings, or of nobody known.
    """

    def __init__(self, path: Path, settings: dict, overwrite: bool = False):
        self.path, self._settings = path, settings
        self._note = path.with_name(f'.{path.name}.settings')
        kept = [] if overwrite or not path.exists() else self._kept()
        self.done = {record['source'] for record in kept}
        with whole_file(path) as part:
            part.write_text(''.join(map(_line, kept)), encoding='utf-8')
        self._say(finished=False)
        self._file = path.open('a', encoding='utf-8', buffering=1)

    def write(self, found: Prediction) -> None:
        """Append a prediction."""
        self._file.write(_line(found.as_dict()))

    def close(self, finished: bool) -> None:
        """Close the file; ``finished`` says whether its last clip is whole."""
        self._file.close()
        self._say(finished)

    def _say(self, finished: bool) -> None:
        with whole_file(self._note) as part:
            part.write_text(json.dumps(dict(settings=self._settings, finished=finished), indent=1))

    def _kept(self) -> list[dict]:
        mend = 'name another file, or use --overwrite to begin anew'
        try:
            note = json.loads(self._note.read_text())
            before, finished = dict(note['settings']), note['finished']
        except (OSError, ValueError, TypeError, KeyError):
            raise LinesError(f'{self.path}: is there, and not made by this tool; {mend}') from None
        if other := differences(before, self._settings):
            raise LinesError(f'{self.path}: {other}; {mend}')
        records = [r for r in map(_record, self.path.read_text('utf-8').splitlines()) if r]
        failed = {record['source'] for record in records if 'error' in record}
        if records and not finished and 'frame' in records[-1]:
            failed.add(records[-1]['source'])
        return [record for record in records if record['source'] not in failed]


def _line(record: dict) -> str:
    return json.dumps(record, ensure_ascii=False) + '\n'


def _record(line: str) -> dict | None:
    """Read a line; None where a kill has left half of one."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) and 'source' in record else None
