"""Train and test one config with one seed, in processes of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from tqdm import tqdm

from .digest import differences, filled, write
from .run import LAST, RESULT, TRAINED, Run
from .table import SHOWN, scores, written


def run(job: Run, mode: str | None = None) -> dict[str, float]:
    """Train and test one config with one seed, unless that is done; return its scores.

    Args:
        job: The config, its seed and its folder.
        mode: What happens where the folder holds something else than this run: ``'again'`` sets it
            aside and trains anew, ``'keep'`` takes it as it is, None refuses it.

    Raises:
        RuntimeError: If training or test fails; the message names its log. If the folder holds
            something else, or what the run depends on changes on the way.
    """
    found = job.scores()
    if found and not job.difference():
        return found
    with job.lock() as lock:
        differs = job.difference()
        if differs and mode == 'again':
            tqdm.write(f'{job}: what was there is now in {job.set_aside()}', file=sys.stderr)
            differs = ''
        elif differs and (mode != 'keep' or job.gone()):
            raise RuntimeError(job.refusal())
        return job.scores() or _work(job, differs, lock)


def _work(job: Run, differs: str, lock: int) -> dict[str, float]:
    """Train and test; what differs, or changes meanwhile, stays written in the digest."""
    now = job.now()
    job.digest = filled(job.digest, now)
    changed = differences(job.digest, now)
    if changed:
        raise RuntimeError(f'{job}: since this call began changed {changed}; call again')
    job.folder.mkdir(parents=True, exist_ok=True)
    mixed = [f'begun with another {differs}'] if differs else []
    write(job.folder, job.digest, *mixed)
    try:
        found = _train_and_test(job, lock)
    finally:
        now = job.now()
        job.digest = filled(job.digest, now)  # weights may have been fetched
        changed = differences(job.digest, now)
        mixed += [f'changed while it ran: {changed}'] if changed else []
        write(job.folder, job.digest, *mixed)
    result = job.folder / RESULT
    part = result.with_suffix('.part')
    part.write_text(json.dumps(found), encoding='utf-8')
    part.replace(result)
    if changed:
        raise RuntimeError(
            f'{job}: changed while it ran: {changed}; --again trains it anew, --keep shows it, marked'
        )
    return found


def _train_and_test(job: Run, lock: int) -> dict[str, float]:
    folder, options = job.folder, list(job.options)
    trained = folder / TRAINED
    if not trained.is_file():
        _train(job, options, lock)
        trained.touch()
    options = [o for o in options if not o.startswith('load_from=')]
    tested = folder if job.ultralytics else folder / 'test'
    before = written(folder / 'test')
    arguments = [job.config, job.checkpoint(), '--work-dir', tested, '--cfg-options', *options]
    _call('test', arguments, job, lock)
    found = scores(folder / 'test', before)
    if not found:
        raise RuntimeError(
            f'{folder}: the test wrote none of {", ".join(SHOWN)}, see the end of test.log there; mmdet '
            'gives a detector that finds nothing no score'
        )
    return found


def _train(job: Run, options: list[str], lock: int) -> None:
    """Train, from the last checkpoint where there is one."""
    last, resume = job.checkpoint(), []
    if last:
        options = [o for o in options if not o.startswith('load_from=')]
        resume = ['--resume']
        if not job.ultralytics:
            options.append('load_from=None')
            (job.folder / LAST).write_text(str(last))
    arguments = [job.config, '--work-dir', job.folder, *resume, '--cfg-options', *options]
    _call('train', arguments, job, lock)


def _call(what: str, arguments: Sequence, job: Run, lock: int) -> None:
    """Run train.py or test.py with the code of the checkout, whichever is installed."""
    log = job.folder / f'{what}.log'
    command = list(map(str, [sys.executable, job.code / 'tools' / f'{what}.py', *arguments]))
    path = os.pathsep.join(filter(None, [str(job.code), os.environ.get('PYTHONPATH')]))
    own: dict[str, Any] = {} if sys.platform == 'win32' else {'pass_fds': [lock]}
    with log.open('a') as out:
        ended = subprocess.run(
            command, stdout=out, stderr=out, env={**os.environ, 'PYTHONPATH': path}, **own
        )
    if ended.returncode:
        raise RuntimeError(f'{job}: {what} failed, see the end of {log}')
