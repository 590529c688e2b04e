"""Train and test several configs with several seeds, as far as it is not done yet."""

import os
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path

from tqdm import tqdm

from .digest import UNREADABLE, composed, take
from .run import Run, name_folders
from .table import table
from .training import run


class EndError(Exception):
    """What a call ends with before there is a table; the message is all that is to be said."""


def compare(
    configs: Sequence[str],
    seeds: Sequence[int],
    work_dir: Path,
    options: Sequence[str],
    code: Path,
    jobs: int = 1,
    mode: str | None = None,
) -> tuple[str, list[str]]:
    """Train and test what is not done yet; give the table, and what failed.

    Args:
        configs: Config files, one row each.
        seeds: Of the trainings.
        work_dir: Gets a folder per config, in it one per seed.
        options: ``KEY=VALUE`` for every training and test; ``{seed}`` stands for its seed.
        code: The checkout that trains.
        jobs: Trainings at a time.
        mode: As :func:`~wiid_plugins.comparing.training.run` takes it.

    Raises:
        EndError: If a config cannot be read, if a folder holds another run, or at Ctrl-C.
    """
    configs = list({os.path.abspath(c): c for c in configs}.values())
    runs = plan(configs, seeds, work_dir, options, code)  # a broken config ends the call here
    refused = [] if mode else list(filter(None, (r.refusal() for r in runs)))
    if refused:
        raise EndError('\n'.join(f'error: {r}' for r in refused))
    with ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(run, r, mode): r.config for r in runs}
        try:
            results, faults = collect(futures)
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise EndError('stopped; the same command goes on from here') from None
    names = name_folders(configs)
    notes = {c: _notes(c, names[c], runs) if mode == 'keep' else [] for c in configs}
    return table(configs, results, names, notes), faults


def _notes(config: str, name: str, runs: Sequence[Run]) -> list[str]:
    """Say of the runs of a config that are shown though they do not fit what differs."""
    own = [r for r in runs if r.config == config and r.scores() and r.difference()]
    return [f'{name}, seed {r.seed}: {r.difference()}' for r in own]


def plan(
    configs: Sequence[str],
    seeds: Sequence[int],
    work_dir: Path,
    options: Sequence[str],
    code: Path,
) -> list[Run]:
    """List the runs of a call, each once.

    Raises:
        EndError: If a config cannot be read.
    """
    runs: list[Run] = []
    listed: dict[str, dict[str, str]] = {}
    for config, name in name_folders(configs).items():
        try:
            first = [o.replace('{seed}', str(seeds[0])) for o in options]
            scope = composed(config, first).get('default_scope')
            key = 'train' if scope == 'ultralytics' else 'randomness'
            for seed in dict.fromkeys(seeds):
                own = [o.replace('{seed}', str(seed)) for o in options]
                own.append(f'{key}.seed={seed}')
                digest = take(config, own, code, listed)
                folder = work_dir / name / f'seed{seed}'
                runs.append(Run(config, seed, folder, tuple(own), code, digest))
        except UNREADABLE as error:
            raise EndError(f'error: {config}: {error}') from error
    runs.sort(key=lambda r: seeds.index(r.seed))  # every config's first seed first
    return runs


def collect(futures: dict[Future, str]) -> tuple[dict[str, list[dict[str, float]]], list[str]]:
    """Wait for the runs of configs; give the scores of each config, and what failed, told at once."""
    results: dict[str, list[dict[str, float]]] = {config: [] for config in futures.values()}
    faults: list[str] = []
    for future in tqdm(as_completed(futures), 'trainings', len(futures), unit='run'):
        try:
            results[futures[future]].append(future.result())
        except (RuntimeError, OSError) as error:
            faults.append(f'error: {error}')
            tqdm.write(faults[-1], file=sys.stderr)
    return results, faults
