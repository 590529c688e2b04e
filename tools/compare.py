"""Train several configs with several seeds under the same budget, test them, and print one table.

Any toolbox: class-mean top-1 of classifiers and recognizers, mAP50 and mAP50-95 of detectors, in
percent. The last checkpoint is tested, nothing is selected. Resumable: a finished run is not
repeated, a broken one goes on from its last checkpoint. A run that fails does not stop the others.

Beside each result lies what it depends on: config with its options, code, data, packages. If any of
it differs now, nothing begins, and it is said what differs; --again trains such runs anew and keeps
the old folder, --keep takes what is there and marks it in the table.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path

from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # when run as a script
from tools._compare_run import LAST, RESULT, TRAINED, Run, name_folders  # noqa: E402
from tools._compare_table import SHOWN, scores, table, written  # noqa: E402
from tools._digest import UNREADABLE, compose, differences, filled, take, write  # noqa: E402

TOOLS = Path(__file__).parent


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
    """Run train.py or test.py with the code of this checkout, whichever is installed."""
    log = job.folder / f'{what}.log'
    command = list(map(str, [sys.executable, TOOLS / f'{what}.py', *arguments]))
    path = os.pathsep.join(filter(None, [str(job.code), os.environ.get('PYTHONPATH')]))
    own = {} if sys.platform == 'win32' else {'pass_fds': [lock]}
    with log.open('a') as out:
        ended = subprocess.run(
            command, stdout=out, stderr=out, env={**os.environ, 'PYTHONPATH': path}, **own
        )
    if ended.returncode:
        raise RuntimeError(f'{job}: {what} failed, see the end of {log}')


def collect(futures: dict[Future, str]) -> tuple[dict[str, list[dict[str, float]]], list[str]]:
    """Wait for the runs of configs; give the scores of each config, and what failed, told at once."""
    results, faults = {config: [] for config in futures.values()}, []
    for future in tqdm(as_completed(futures), 'trainings', len(futures), unit='run'):
        try:
            results[futures[future]].append(future.result())
        except (RuntimeError, OSError) as error:
            faults.append(f'error: {error}')
            tqdm.write(faults[-1], file=sys.stderr)
    return results, faults


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('configs', nargs='+', help='config files, one row each')
    parser.add_argument('--seeds', type=int, nargs='+', default=[0, 1, 2])
    parser.add_argument('--work-dir', type=Path, default=Path('work_dirs/compare'))
    parser.add_argument('--jobs', type=int, default=1, help='trainings at a time')
    parser.add_argument(
        '--cfg-options',
        nargs='*',
        default=[],
        help="passed on to every training and test; '{seed}' stands for its seed",
    )
    differing = parser.add_mutually_exclusive_group()
    differing.add_argument(
        '--again',
        dest='mode',
        action='store_const',
        const='again',
        help='train runs anew whose config, options, code or data are others now',
    )
    differing.add_argument(
        '--keep',
        dest='mode',
        action='store_const',
        const='keep',
        help='show (or end) such runs as they are, marked with * in the table',
    )
    return parser.parse_args(argv)


def plan(args: argparse.Namespace) -> list[Run]:
    """List the runs of a call, each once; end here where a config cannot be read."""
    names, runs, listed, code = name_folders(args.configs), [], {}, TOOLS.resolve().parent
    for config, name in names.items():
        try:
            scope = compose(config, []).get('default_scope')
            key = 'train' if scope == 'ultralytics' else 'randomness'
            for seed in dict.fromkeys(args.seeds):
                options = [o.replace('{seed}', str(seed)) for o in args.cfg_options]
                options.append(f'{key}.seed={seed}')
                digest = take(config, options, code, listed)
                folder = args.work_dir / name / f'seed{seed}'
                runs.append(Run(config, seed, folder, tuple(options), code, digest))
        except UNREADABLE as error:
            sys.exit(f'error: {config}: {error}')
    runs.sort(key=lambda r: args.seeds.index(r.seed))  # every config's first seed first
    return runs


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    args = parse(argv)
    args.configs = list({os.path.abspath(c): c for c in args.configs}.values())
    runs = plan(args)  # before any training: a broken config or an old result ends this here
    refused = [] if args.mode else list(filter(None, (r.refusal() for r in runs)))
    if refused:
        sys.exit('\n'.join(f'error: {r}' for r in refused))
    with ThreadPoolExecutor(args.jobs) as pool:
        futures = {pool.submit(run, r, args.mode): r.config for r in runs}
        try:
            results, faults = collect(futures)
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            sys.exit('stopped; the same command goes on from here')
    names, notes = name_folders(args.configs), {c: [] for c in args.configs}
    for r in runs if args.mode == 'keep' else []:
        if r.scores() and r.difference():
            notes[r.config].append(f'{names[r.config]}, seed {r.seed}: {r.difference()}')
    print(table(args.configs, results, names, notes))
    if faults:
        sys.exit('\n'.join(faults))
    return 0


if __name__ == '__main__':
    sys.exit(main())
