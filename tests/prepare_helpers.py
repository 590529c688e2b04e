"""Shared by the tests of tools/prepare."""

import pytest

from tools.prepare import _common


def tree(root):
    """Every file below root: path -> content; half-written folders included."""
    files = {p.relative_to(root).as_posix(): p for p in root.rglob('*') if p.is_file()}
    return {name: p.read_bytes() for name, p in sorted(files.items())}


def fails(job, *words):
    """Run a job that must end in one readable error that has these words."""
    with pytest.raises(_common.PrepareError) as error:
        job()
    for word in words:
        assert word in str(error.value), str(error.value)
