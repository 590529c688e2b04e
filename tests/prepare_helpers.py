"""Shared by the tests of tools/prepare."""

import hashlib
import os
from contextlib import contextmanager

import pytest

from tools.prepare.common import common


def tree(root):
    """Every file below root: path -> content; half-written folders included."""
    files = {p.relative_to(root).as_posix(): p for p in root.rglob('*') if p.is_file()}
    return {name: p.read_bytes() for name, p in sorted(files.items())}


def fails(job, *words):
    """Run a job that must end in one readable error that has these words."""
    with pytest.raises(common.PrepareError) as error:
        job()
    for word in words:
        assert word in str(error.value), str(error.value)


def state(root):
    """Names, kinds and digests of all that lies below a source, and when files were written."""
    found = {}
    for path in sorted([root, *root.rglob('*')]):
        known = path.lstat()
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
        time = known.st_mtime_ns if digest else None
        found[os.fsencode(path)] = known.st_mode, time, digest
    return found


@contextmanager
def unchanged(*roots):
    """Make sources read-only; afterwards they must be what they were, to the byte."""
    paths = [p for root in roots for p in (root, *root.rglob('*')) if not p.is_symlink()]
    modes = {path: path.stat().st_mode for path in paths}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    before = [state(root) for root in roots]
    try:
        yield
        assert [state(root) for root in roots] == before
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
