"""Train several configs with several seeds under the same budget, test them, and print one table.

Any toolbox: class-mean top-1 of classifiers and recognizers, mAP50 and mAP50-95 of detectors, in
percent. The last checkpoint is tested, nothing is selected. Resumable: a finished run is not
repeated, a broken one goes on from its last checkpoint. A run that fails does not stop the others.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path
from statistics import mean, stdev

from mmengine.config import Config
from tqdm import tqdm

TOOLS = Path(__file__).parent
SHOWN = {  # what a test writes: what the table shows
    'class_mean': 'class mean',
    'mAP50': 'mAP50',
    'mAP50-95': 'mAP50-95',
    'coco/bbox_mAP_50': 'mAP50',
    'coco/bbox_mAP': 'mAP50-95',
}


def run(
    config: str, scope: str, seed: int, work_dir: Path, options: Sequence[str]
) -> dict[str, float]:
    """Train and test one config with one seed, unless that is done; return its scores.

    Raises:
        RuntimeError: If training or test fails; the message names its log.
    """
    folder = work_dir / Path(config).stem / f'seed{seed}'
    result = folder / 'result.json'
    if result.is_file():
        return json.loads(result.read_text())
    folder.mkdir(parents=True, exist_ok=True)
    options = [o.replace('{seed}', str(seed)) for o in options]
    ultralytics = scope == 'ultralytics'
    options.append(f'{"train" if ultralytics else "randomness"}.seed={seed}')
    trained = folder / 'trained'
    if not trained.is_file():
        _train(config, folder, options, ultralytics)
        trained.touch()
    checkpoint = folder / 'train/weights/last.pt'
    if not ultralytics:
        checkpoint = (folder / 'last_checkpoint').read_text().strip()
    options = [o for o in options if not o.startswith('load_from=')]
    tested = folder if ultralytics else folder / 'test'
    _call('test', [config, checkpoint, '--work-dir', tested, '--cfg-options', *options], folder)
    found = scores(folder / 'test')
    if not found:
        raise RuntimeError(
            f'{folder}: the test wrote none of {", ".join(SHOWN)}, see the end of test.log there; mmdet '
            'gives a detector that finds nothing no score'
        )
    part = result.with_suffix('.part')
    part.write_text(json.dumps(found))
    part.replace(result)
    return found


def _train(config: str, folder: Path, options: list[str], ultralytics: bool) -> None:
    """Train, from the last checkpoint where there is one."""
    last = 'train/weights/last.pt' if ultralytics else 'last_checkpoint'
    resume = []
    if (folder / last).is_file():
        options = [o for o in options if not o.startswith('load_from=')]
        resume = ['--resume']
        options += [] if ultralytics else ['load_from=None']
    _call('train', [config, '--work-dir', folder, *resume, '--cfg-options', *options], folder)


def _call(job: str, arguments: Sequence, folder: Path) -> None:
    log = folder / f'{job}.log'
    command = [sys.executable, TOOLS / f'{job}.py', *arguments]
    with log.open('a') as out:
        if subprocess.run(list(map(str, command)), stdout=out, stderr=out).returncode:
            raise RuntimeError(f'{arguments[0]}, {folder.name}: {job} failed, see the end of {log}')


def scores(folder: Path) -> dict[str, float]:
    """Read what the newest test in a folder has written, ``{'<domain> <metric>': percent}``."""
    files = [*folder.glob('results.json'), *folder.glob('*/*.json')]
    newest = max(files, key=lambda f: f.stat().st_mtime, default=None)
    found = json.loads(newest.read_text()) if newest else {}
    if 'results' in found:  # of Ultralytics, each domain's scores by class
        tests = found['results'].items()
        found = {f'{d}/{m}': v for d, s in tests for m, v in s['all classes'].items()}
    parted = {key: key.split('/', 1) for key in found if '/' in key}
    percent = {k: found[k] * (100 if m.startswith('coco/') else 1) for k, (_, m) in parted.items()}
    return {
        f'{d.replace("_", " ")} {SHOWN[m]}': percent[k]
        for k, (d, m) in parted.items()
        if m in SHOWN
    }


def table(configs: Sequence[str], results: dict[str, list[dict[str, float]]]) -> str:
    """Format mean and spread (sample standard deviation) as Markdown; '-' where there is no score."""
    columns = list(dict.fromkeys(c for runs in results.values() for r in runs for c in r))
    rows = ['| config | seeds | ' + ' | '.join(columns) + ' |']
    rows.append('|---' * (len(columns) + 2) + '|')
    for config in configs:
        runs = results[config]
        cells = [_cell([r.get(c) for r in runs]) for c in columns]
        rows.append(f'| {Path(config).stem} | {len(runs)} | ' + ' | '.join(cells) + ' |')
    return '\n'.join(rows)


def _cell(values: list[float | None]) -> str:
    if not values or None in values:
        return '-'
    return f'{mean(values):.1f}' + (f' ± {stdev(values):.1f}' if len(values) > 1 else '')


def collect(futures: dict[Future, str]) -> tuple[dict[str, list[dict[str, float]]], list[str]]:
    """Wait for the runs of configs; give the scores of each config, and what failed, told at once."""
    results, faults = {config: [] for config in futures.values()}, []
    for future in tqdm(as_completed(futures), 'trainings', len(futures), unit='run'):
        try:
            results[futures[future]].append(future.result())
        except RuntimeError as error:
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
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    args = parse(argv)
    # Read here: mmengine cannot read two at a time, and a broken one ends this before any training.
    try:
        scopes = {c: Config.fromfile(c).get('default_scope') for c in args.configs}
    except OSError as error:
        sys.exit(f'error: {error}')
    jobs = [(c, s) for s in args.seeds for c in args.configs]
    with ThreadPoolExecutor(args.jobs) as pool:
        futures = {
            pool.submit(run, c, scopes[c], s, args.work_dir, args.cfg_options): c for c, s in jobs
        }
        try:
            results, faults = collect(futures)
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            sys.exit('stopped; the same command goes on from here')
    print(table(args.configs, results))
    if faults:
        sys.exit('\n'.join(faults))
    return 0


if __name__ == '__main__':
    sys.exit(main())
