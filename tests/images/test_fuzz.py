"""Damaged files of all kinds become an image or a sentence, in bounded time and memory.

`WIID_FUZZ=500` tries so many of each kind, `WIID_FUZZ_FIRST` sets the first seed.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

NUMBER, FIRST = (os.environ.get(*pair) for pair in (('WIID_FUZZ', '20'), ('WIID_FUZZ_FIRST', '0')))
TESTS = Path(__file__).parents[1]


def test_damaged_files(tmp_path):
    pytest.importorskip('rawpy', reason='one kind is camera RAW: pip install rawpy')
    command = [sys.executable, TESTS / 'image_fuzz.py', tmp_path, FIRST, NUMBER]
    paths = os.pathsep.join([str(TESTS.parent), os.environ.get('PYTHONPATH', '')])
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, 'PYTHONPATH': paths}
    )
    assert done.returncode == 0, done.stderr[-3000:]  # the last line names kind and seed
    found = json.loads(done.stdout)
    assert found['image'] and found['sentence'] > found['image'] / 4
    assert found['slowest'] < 10 and found['peak'] < 2 * 2**30
