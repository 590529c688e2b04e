"""The one place where files of a result get their names."""

import os
import re
import unicodedata
from itertools import count
from pathlib import Path, PurePosixPath

from tools.prepare.common.report import Report

NO_TEXT = re.compile('[\x00-\x1f\x7f\ud800-\udfff]')  # bytes that are no UTF-8 are surrogates
LONGEST = 240  # bytes of a name; disks take 255, and the label of a picture may be longer


def check_text(name: str, report: Report) -> bool:
    """Report a name that no list can hold; it ends the process when OpenCV is to open it."""
    if NO_TEXT.search(name):
        report.fault('name is not UTF-8, or has control characters', repr(name))
        return False
    return True


class Names:
    """Names in a result, no two alike but for case, ending or the spelling of an accent.

    The label of a picture has its name with another ending, and there are disks that do not tell
    upper from lower case.

    Args:
        report: Takes names that no result can have.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._owners: dict[str, Path] = {}

    def give(self, wanted: str, source: Path) -> str | None:
        """Return the name for a source file, numbered where another file has it.

        Args:
            wanted: Name, or path below the folder of the result.
            source: The file; the same file gets the same name again.

        Returns:
            The name; None, and a fault, when it is too long or no UTF-8.
        """
        path = PurePosixPath(wanted)
        if not check_text(wanted, self._report):
            return None
        if len(os.fsencode(path.name)) > LONGEST:
            self._report.fault(f'name of more than {LONGEST} bytes', str(source))
            return None
        for number in count(1):
            name = path if number == 1 else path.with_stem(f'{path.stem}_{number}')
            key = unicodedata.normalize('NFKC', str(name.with_suffix(''))).casefold()
            if self._owners.setdefault(key, source) == source:
                return str(name)
