"""Keep what was measured, so that it is not measured again."""

import json
import os
from hashlib import blake2b
from pathlib import Path
from typing import Any

NAME = 'measured.json'


class Kept:
    """A file of records by the digest of all that they depend on, written whole after each.

    Args:
        folder: Where it lies.
    """

    def __init__(self, folder: Path):
        self.file = folder / NAME
        try:
            found = json.loads(self.file.read_text(encoding='utf-8'))
        except (OSError, ValueError):
            found = {}
        self.records: dict[str, dict] = found if isinstance(found, dict) else {}

    def get(self, key: str) -> dict | None:
        """Give a record, if it is there."""
        return self.records.get(key)

    def put(self, key: str, record: dict) -> None:
        """Add a record, and write the file."""
        self.records[key] = record
        part = self.file.with_name(f'{NAME}.part')
        part.write_text(json.dumps(self.records, indent=1), encoding='utf-8')
        os.replace(part, self.file)


def digest(*parts: Any) -> str:
    """Hash config, checkpoint and settings in a form that does not depend on the order of keys."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return blake2b(text.encode(), digest_size=16).hexdigest()
