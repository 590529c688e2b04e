"""Write checkpoints that are whole or not there."""

import os
from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend
from mmengine.hooks import CheckpointHook

from ..registry import HOOKS


class WholeFiles(LocalBackend):
    """Write a file beside its place and rename it: a kill or a full disk leaves no part of it."""

    def put(self, obj: bytes, filepath: str | Path) -> None:
        """Write bytes to a local file."""
        part = Path(f'{filepath}.part')
        try:
            super().put(obj, part)
            os.replace(part, filepath)
        finally:
            part.unlink(missing_ok=True)


register_backend('wiid_whole_files', WholeFiles, force=True)


@HOOKS.register_module()
class SafeCheckpointHook(CheckpointHook):
    """mmengine's ``CheckpointHook`` with a clear end when the disk is full.

    The half-written file is removed; ``last_checkpoint`` still names the last whole one, which is
    kept because ``max_keep_ckpts`` is at least 2: mmengine deletes before it writes.

    Args:
        max_keep_ckpts: -1 (all), or at least 2.
        **kwargs: Of mmengine's ``CheckpointHook``.
    """

    def __init__(self, *args, max_keep_ckpts: int = 2, **kwargs):
        if max_keep_ckpts in (0, 1):
            raise ValueError(
                f'max_keep_ckpts={max_keep_ckpts}: mmengine deletes the old checkpoint before the new '
                'one is whole; set -1 or at least 2'
            )
        if not kwargs.get('file_client_args'):
            kwargs['backend_args'] = kwargs.get('backend_args') or {'backend': 'wiid_whole_files'}
        super().__init__(*args, max_keep_ckpts=max_keep_ckpts, **kwargs)

    def _save_checkpoint_with_step(self, runner, step, meta):
        folder = Path(self.out_dir)
        before = set(folder.glob('*.pth'))
        try:
            super()._save_checkpoint_with_step(runner, step, meta)
        except (OSError, RuntimeError) as error:
            for part in set(folder.glob('*.pth')) - before:
                part.unlink()
            raise OSError(
                f'{folder}: the checkpoint of step {step} could not be written ({error}); make room '
                'there and start again with --resume, the checkpoints before it are whole'
            ) from error
