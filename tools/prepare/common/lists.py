"""Text that others wrote: lines of a file and whole numbers in them."""

import re
from pathlib import Path

from tools.prepare.common.common import PrepareError


def read_lines(path: Path) -> list[tuple[int, str]]:
    """Read a UTF-8 text file: (line number, line) of all lines that are not blank.

    A byte order mark and Windows line ends are no part of the lines. Bytes that are no UTF-8 are
    kept as Python keeps them in file names, so that a listed file is found by them.
    """
    if not path.is_file():
        raise PrepareError(f'{path} is no file; a text file is needed')
    with path.open('rb') as file:
        if file.read(2) in (b'\xff\xfe', b'\xfe\xff'):
            raise PrepareError(f'{path} is UTF-16 text; save it as UTF-8')
    with path.open(encoding='utf-8-sig', errors='surrogateescape') as file:
        lines = enumerate((line.rstrip('\n') for line in file), 1)
        return [(number, line) for number, line in lines if line.strip()]


def whole_number(word: str) -> int | None:
    """Return the number that a word of plain digits stands for; None for any other word."""
    return int(word) if re.fullmatch('[0-9]{1,9}', word) else None
