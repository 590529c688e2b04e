"""Read the scores that tests write, and lay them out as one table."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean, stdev

SHOWN = {  # what a test writes: what the table shows
    'class_mean': 'class mean',
    'mAP50': 'mAP50',
    'mAP50-95': 'mAP50-95',
    'coco/bbox_mAP_50': 'mAP50',
    'coco/bbox_mAP': 'mAP50-95',
}


def written(folder: Path) -> dict[Path, int]:
    """Find the score files that tests have written into a folder, and when."""
    files = [*folder.glob('results.json'), *folder.glob('*/*.json')]
    return {file: file.stat().st_mtime_ns for file in files}


def scores(folder: Path, before: Mapping[Path, int] | None = None) -> dict[str, float]:
    """Read what the newest test in a folder has written, ``{'<domain> <metric>': percent}``.

    Args:
        folder: Of the tests.
        before: What :func:`written` gave before the test: files of earlier ones do not count.
    """
    files = {f: at for f, at in written(folder).items() if at != (before or {}).get(f)}
    newest = max(files, key=files.__getitem__, default=None)
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


def table(
    configs: Sequence[str],
    results: Mapping[str, list[dict[str, float]]],
    names: Mapping[str, str] | None = None,
    notes: Mapping[str, list[str]] | None = None,
) -> str:
    """Format mean and spread (sample standard deviation) as Markdown; '-' where there is no score.

    Args:
        configs: The rows.
        results: Scores of each run of a config.
        names: What a row is called where not after its config's file.
        notes: What differs in a row from what would be trained now: it gets a ``*``, and these lines
            stand below.
    """
    notes = notes or {}
    columns = list(dict.fromkeys(c for runs in results.values() for r in runs for c in r))
    rows = ['| config | seeds | ' + ' | '.join(columns) + ' |']
    rows.append('|---' * (len(columns) + 2) + '|')
    for config in configs:
        runs = results[config]
        cells = [_cell([r.get(c) for r in runs]) for c in columns]
        name = (names or {}).get(config, Path(config).stem) + ('*' if notes.get(config) else '')
        rows.append(f'| {name} | {len(runs)} | ' + ' | '.join(cells) + ' |')
    told = [f'* {note}' for config in configs for note in notes.get(config, [])]
    rows += ['', *told] if told else []
    return '\n'.join(rows)


def _cell(values: list[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return '-'
    return f'{mean(known):.1f}' + (f' ± {stdev(known):.1f}' if len(known) > 1 else '')
