"""What a preparation tool finds wrong with its input."""

from collections import Counter, defaultdict
from pathlib import Path

from tools.prepare.common.common import PrepareError


class Report:
    """Collect faults, which stop the run, and notes, which are only counted."""

    def __init__(self) -> None:
        self.faults: dict[str, list[str]] = defaultdict(list)
        self.notes: Counter[str] = Counter()

    def fault(self, kind: str, what: str) -> None:
        """Name one bad input.

        Args:
            kind: What is wrong, the same words for every fault of the kind.
            what: The file, its line where there is one, and the value.
        """
        self.faults[kind].append(what)

    def note(self, kind: str) -> None:
        """Count something that was put right."""
        self.notes[kind] += 1

    def counts(self) -> str:
        """Return faults and notes as one line, each kind with its number."""
        numbers = {kind: len(found) for kind, found in self.faults.items()} | self.notes
        return ', '.join(f'{kind} {number}' for kind, number in numbers.items())

    def text(self) -> str:
        """Return every fault, one a line."""
        return ''.join(f'{kind}: {what}\n' for kind, all_ in self.faults.items() for what in all_)

    def settle(self, part: Path, skip: bool) -> None:
        """Stop at faults, or write them to `part/left_out.txt`.

        Args:
            part: Folder that is being made.
            skip: Go on in spite of faults.
        """
        if self.faults and not skip:
            raise PrepareError(
                f'the input has faults\n{self.text()}in all: {self.counts()}\n'
                'mend the input, or go on without what is bad: --skip-bad'
            )
        if self.faults:
            (part / 'left_out.txt').write_text(self.text(), errors='backslashreplace')
