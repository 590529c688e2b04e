"""Damaged inputs: sources stay as they are, every end is a sentence, every lost sample is counted.

`WIID_FUZZ=200` tries so many inputs per tool, `WIID_FUZZ_FIRST` sets the first seed.
"""

import json
import os
import shutil

import numpy as np
import pytest

from prepare_fuzz import PER_CLASS, SIGNS, TOOLS
from prepare_helpers import state, unchanged
from prepare_mutations import damage
from tools.prepare import codan, demo, gtsrb_daynight
from tools.prepare.common.report import Report

NUMBER, FIRST = (int(os.environ.get(*pair)) for pair in (('WIID_FUZZ', 5), ('WIID_FUZZ_FIRST', 0)))


@pytest.fixture
def reports(monkeypatch):
    """All reports of a run; and the tools that expect thousands of photos content with few."""
    found = []
    settle = Report.settle

    def keep(self, part, skip):
        found.append(self)
        settle(self, part, skip)

    monkeypatch.setattr(Report, 'settle', keep)
    monkeypatch.setattr(codan.prepare, '__defaults__', (PER_CLASS,))
    monkeypatch.setattr(gtsrb_daynight.prepare, '__defaults__', (0, SIGNS))
    monkeypatch.setattr(demo, 'PER_SHAPE', dict.fromkeys(demo.PER_SHAPE, 1))
    monkeypatch.setattr(demo, 'UNLABELLED', 2)
    return found


def count(samples, source):
    """The samples of a source; None when it is too damaged for the test to tell."""
    try:
        return samples(source)
    except Exception:
        return None


def counted(report):
    """How many samples a run says it left out."""
    notes = [number for kind, number in report.notes.items() if 'left out' in kind]
    return sum(map(len, report.faults.values())) + sum(notes)


@pytest.mark.parametrize('name', TOOLS)
def test_damaged_inputs(name, tmp_path, reports, capsys):
    tool, ends = TOOLS[name], {}
    whole = tmp_path / 'whole'
    whole.mkdir()
    tool.make(whole)
    for seed in range(FIRST, FIRST + NUMBER):
        source, out = tmp_path / 'source', tmp_path / 'out'
        shutil.copytree(whole, source)
        done = damage(np.random.default_rng(seed), source)
        samples, what = count(tool.samples, source), f'{name}, seed {seed}: {done}'
        reports.clear()
        try:
            with unchanged(source):
                status = tool.main(tool.options(source, out))
        except Exception as error:
            raise AssertionError(what) from error
        errors = capsys.readouterr().err.split('\r')[-1].strip()
        lost = sum(map(counted, reports))
        if status:
            assert errors.startswith('error: ') and not list(tmp_path.glob('out*/prepared.json'))
        elif samples is not None:
            assert tool.made(source, out) + lost >= samples, what
        ends[status, lost > 0] = ends.get((status, lost > 0), 0) + 1
        for path in (source, out):
            shutil.rmtree(path, ignore_errors=True)
    print(name, ends)  # shown with -rP


def test_markers_of_earlier_results_that_are_damaged(tmp_path, reports, capsys):
    for name, marker in (
        ('exdark', 'prepared.json'),
        ('demo', 'demo.json'),
        ('gtsrb', 'manifest.csv'),
    ):
        tool, source, out = TOOLS[name], tmp_path / name, tmp_path / f'{name}_out'
        source.mkdir()
        tool.make(source)
        assert tool.main(tool.options(source, out)) == 0
        path = source / 'demo' / marker if name == 'demo' else out / marker
        for content in (b'', b'{', b'[]', b'null', b'\xff\xfe', json.dumps({'seed': []}).encode()):
            path.write_bytes(content)
            before = state(tmp_path)
            assert tool.main(tool.options(source, out)) == 1
            error = capsys.readouterr().err.split('\r')[-1].strip()
            assert error.startswith('error: ') and (marker in error or 'asked for' in error)
            assert 'delete' in error and state(tmp_path) == before
