"""Train several configs with several seeds under the same budget and print one table.

Resumable: a finished run is not repeated, a broken one goes on from its last checkpoint. Figures are
those of the last validation (class-mean top-1, percent), so a config that validates after its last
epoch is judged by its last epoch, with no selection.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import mean, stdev

from mmengine.config import Config
from tqdm import tqdm

TRAIN = Path(__file__).with_name('train.py')


def run(config: str, seed: int, work_dir: Path, options: Sequence[str]) -> dict[str, float]:
    """Train one config with one seed, unless that is done; return its last validation.

    Raises:
        RuntimeError: If the training fails; the message names its log.
    """
    folder = work_dir / Path(config).stem / f'seed{seed}'
    result = folder / 'result.json'
    if not result.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        options = [o.replace('{seed}', str(seed)) for o in options]
        command = [sys.executable, str(TRAIN), config, '--work-dir', str(folder)]
        if (folder / 'last_checkpoint').is_file():
            command.append('--resume')
            options = ['load_from=None', *(o for o in options if not o.startswith('load_from='))]
        command += ['--cfg-options', f'randomness.seed={seed}', *options]
        log = folder / 'train.log'
        with log.open('a') as out:
            if subprocess.run(command, stdout=out, stderr=out).returncode:
                raise RuntimeError(f'{config}, seed {seed}: training failed, see the end of {log}')
        part = result.with_suffix('.part')
        part.write_text(json.dumps(last_validation(folder)))
        part.replace(result)
    return json.loads(result.read_text())


def last_validation(folder: Path) -> dict[str, float]:
    """Read the newest validation from mmengine's scalar logs."""
    found = {}
    for file in sorted(folder.glob('*/vis_data/scalars.json')):
        for line in file.read_text().splitlines():
            scores = {k: v for k, v in json.loads(line).items() if k.endswith('/class_mean')}
            found = scores or found
    if not found:
        raise RuntimeError(f'{folder}: the training has written no validation result')
    return found


def table(configs: Sequence[str], results: dict[str, list[dict[str, float]]]) -> str:
    """Format mean and spread (sample standard deviation) as Markdown."""
    domains = list(next(iter(results.values()))[0])
    rows = ['| config | seeds | ' + ' | '.join(d.split('/')[0] for d in domains) + ' |']
    rows.append('|---' * (len(domains) + 2) + '|')
    for config in configs:
        runs = results[config]
        cells = [[r[d] for r in runs] for d in domains]
        text = [f'{mean(c):.1f}' + (f' ± {stdev(c):.1f}' if len(c) > 1 else '') for c in cells]
        rows.append(f'| {Path(config).stem} | {len(runs)} | ' + ' | '.join(text) + ' |')
    return '\n'.join(rows)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('configs', nargs='+', help='config files, one row each')
    parser.add_argument('--seeds', type=int, nargs='+', default=[0, 1, 2])
    parser.add_argument('--work-dir', type=Path, default=Path('work_dirs/compare'))
    parser.add_argument('--jobs', type=int, default=1, help='trainings at a time')
    parser.add_argument(
        '--cfg-options',
        nargs='*',
        default=[],
        help="passed on to every training; '{seed}' stands for its seed",
    )
    args = parser.parse_args(argv)
    for config in args.configs:
        Config.fromfile(config)  # a broken or missing config ends this before the first training
    jobs = [(c, s) for s in args.seeds for c in args.configs]
    with ThreadPoolExecutor(args.jobs) as pool:
        futures = [pool.submit(run, c, s, args.work_dir, args.cfg_options) for c, s in jobs]
        try:
            done = [f.result() for f in tqdm(futures, desc='trainings', unit='run')]
        except RuntimeError as error:
            pool.shutdown(cancel_futures=True)
            sys.exit(f'error: {error}')
    results = {c: [] for c in args.configs}
    for (config, _), result in zip(jobs, done, strict=True):
        results[config].append(result)
    print(table(args.configs, results))
    return 0


if __name__ == '__main__':
    sys.exit(main())
