"""Checkpoints are whole or not there, also on a full disk."""

import errno
from pathlib import Path

import pytest
from mmengine.fileio import LocalBackend
from mmengine.hooks import Hook
from mmengine.runner import Runner

from toy import make_runner
from wiid_plugins.compat import load_local
from wiid_plugins.engine import SafeCheckpointHook

FULL = OSError(errno.ENOSPC, 'No space left on device')


def files(folder):
    """Everything but logs and the config's copy."""
    found = (p for p in folder.iterdir() if p.is_file() and p.suffix not in ('.py', '.log'))
    return sorted(p.name for p in found)


def train_until_full(folder):
    runner = make_runner(folder, epochs=3, checkpoint=SafeCheckpointHook(interval=1))
    with pytest.raises(OSError) as error:
        runner.train()
    text = str(error.value)
    assert str(folder) in text and 'step 3' in text and 'No space left' in text
    assert 'make room' in text and '--resume' in text


def assert_earlier_is_kept(folder):
    """One of the two kept ones has made room for the third, as mmengine deletes first."""
    assert files(folder) == ['epoch_2.pth', 'last_checkpoint']
    last = Path((folder / 'last_checkpoint').read_text())
    assert last.name == 'epoch_2.pth' and load_local(str(last))['meta']['epoch'] == 2


def test_a_part_written_by_the_runner_is_removed(tmp_path, monkeypatch):
    write = Runner.save_checkpoint

    def fill(self, out_dir, filename, *args, **kwargs):
        if filename == 'epoch_3.pth':
            Path(out_dir, filename).write_bytes(b'half')
            raise FULL
        write(self, out_dir, filename, *args, **kwargs)

    monkeypatch.setattr(Runner, 'save_checkpoint', fill)
    train_until_full(tmp_path)
    assert_earlier_is_kept(tmp_path)


def fill_disk(monkeypatch, name, after=0):
    """Let every write of ``name`` behind the first ``after`` ones stop half way."""
    put, seen = LocalBackend.put, []

    def half(self, obj, filepath):
        if Path(filepath).name.startswith(name):
            seen.append(filepath)
            if len(seen) > after:
                Path(filepath).write_bytes(obj[: len(obj) // 2])
                raise FULL
        put(self, obj, filepath)

    monkeypatch.setattr(LocalBackend, 'put', half)


def test_a_half_written_file_is_never_seen(tmp_path, monkeypatch):
    fill_disk(monkeypatch, 'epoch_3.pth')
    train_until_full(tmp_path)
    assert_earlier_is_kept(tmp_path)


class WriteAgain(Hook):
    """Write the third checkpoint twice, as mmengine does after a new best score."""

    priority = 'LOWEST'

    def after_train_epoch(self, runner):
        if runner.epoch == 2:
            runner.hooks[-2]._save_checkpoint(runner)


def test_writing_a_checkpoint_again_does_not_spoil_it(tmp_path, monkeypatch):
    fill_disk(monkeypatch, 'epoch_3.pth', after=1)
    saving = SafeCheckpointHook(interval=1)
    runner = make_runner(tmp_path, epochs=3, checkpoint=saving, hooks=[WriteAgain()])
    assert runner.hooks[-2] is saving
    with pytest.raises(OSError, match='make room'):
        runner.train()
    assert files(tmp_path) == ['epoch_2.pth', 'epoch_3.pth', 'last_checkpoint']
    assert load_local(str(tmp_path / 'epoch_3.pth'))['meta']['epoch'] == 3


@pytest.mark.parametrize('count', [0, 1])
def test_keeping_one_checkpoint_is_refused(count):
    with pytest.raises(ValueError, match=f'max_keep_ckpts={count}.*set -1 or at least 2'):
        SafeCheckpointHook(interval=1, max_keep_ckpts=count)
