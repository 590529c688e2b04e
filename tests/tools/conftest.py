import sys
from pathlib import Path

import pytest
from small_checkout import FILES

from tools import compare


@pytest.fixture(name='call')
def call_compare(monkeypatch, tmp_path, capsys):
    """Call the tool in a small checkout; give its exit status and what it said.

    The n-th test that runs scores n, so that a number says when it was measured.
    """
    for name, text in FILES.items():
        Path(tmp_path, name).parent.mkdir(parents=True, exist_ok=True)
        Path(tmp_path, name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, 'own_part', raising=False)
    monkeypatch.setattr(compare, 'CHECKOUT', tmp_path / 'checkout')

    def call(*arguments, configs=('some.py',), seeds=('0',), work_dir='work'):
        try:
            compare.main([*configs, '--seeds', *seeds, '--work-dir', work_dir, *arguments])
            status, fault = 0, ''
        except SystemExit as end:
            status, fault = (1, end.code) if isinstance(end.code, str) else (end.code, '')
        return status, fault + capsys.readouterr().out

    return call
