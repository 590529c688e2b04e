"""Measure models over the levels of light, and write the report."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

from tqdm import tqdm

from ...comparing.digest_data import content
from ...engine.classes import compare
from ..device import choose_device
from . import openmmlab
from .choice import evenly, spread
from .findings import Findings
from .kept import Kept, digest
from .levels import NIGHT, STOPS, at_exposure
from .pictures import MEASURED, Picture
from .subject import Subject, display_names, read_subject
from .written import write

Setting = tuple[int | None, bool]  # stops, None: real night; whether enhanced


def report(
    pairs: Sequence[tuple[Path, Path]],
    out: Path,
    names: list[str] | None = None,
    limit: int | None = None,
    device: str = 'auto',
    options: dict | None = None,
) -> str:
    """Measure; write ``report.html``, ``report.csv`` and ``curves.png``; give the sum in a sentence.

    Args:
        pairs: Config and checkpoint of each model. The first one's test sets and darkening count.
        out: Folder of the report, and of what was measured: that is not measured again.
        names: What the models are called.
        limit: About how many images of each set, evenly over classes.
        device: ``'auto'``, ``'cpu'`` or ``'cuda'``.
        options: Changes to every config.

    Raises:
        FileNotFoundError: If a file is not there.
        ValueError: If configs, checkpoints and data do not fit together.
    """
    named = display_names([config for config, _ in pairs], names)
    subjects = [
        read_subject(*pair, name, options or {}) for pair, name in zip(pairs, named, strict=True)
    ]
    device, first = choose_device(device), subjects[0]
    bench = bench_of(subjects)
    sets = bench.sets_of(first.cfg)
    out.mkdir(parents=True, exist_ok=True)
    if limit is not None:
        sets = {name: cut(bench, first, data, limit, out / name) for name, data in sets.items()}
    found = measure(bench, subjects, sets, Kept(out), device)
    seen = {name: pictures_of(bench, first, data) for name, data in sets.items()}
    return write(found, first, seen, out, limit)


def measure(
    bench: ModuleType, subjects: list[Subject], sets: dict, kept: Kept, device: str
) -> list[Findings]:
    """Test all models in all lights, unless that was done before."""
    lights = (*STOPS, *[NIGHT] * ('night' in sets))
    settings = [(stops, enhanced) for stops in lights for enhanced in (False, True)]
    found = [Findings(subject.name) for subject in subjects]
    with tqdm(total=len(subjects) * len(settings), unit='test') as bar:
        for subject, model in zip(subjects, found, strict=True):
            bar.set_description(subject.name)
            tests = {s: test_of(bench, subject, subjects[0], sets, s) for s in settings}
            for setting, record in scores(bench, subject, tests, kept, device):
                model.records[setting] = record
                bar.update()
    return found


def bench_of(subjects: list[Subject]) -> ModuleType:
    """Give what tests models of their toolbox, after a look whether they can be compared.

    Raises:
        ValueError: If they are of several toolboxes, or of other classes.
    """
    first = subjects[0]
    bench = _yolo() if first.cfg.default_scope == 'ultralytics' else openmmlab
    for other in subjects:
        if other.cfg.default_scope != first.cfg.default_scope:
            raise ValueError(
                f'{other.config} is of {other.cfg.default_scope}, {first.config} of '
                f'{first.cfg.default_scope}; compare models of one toolbox'
            )
        known, found = bench.classes_of(first.cfg), bench.classes_of(other.cfg)
        compare(f'first config {first.config}', known, str(other.config), found)
    return bench


def _yolo() -> ModuleType:
    from ...yolo import night_report  # optional, and AGPL-3.0

    return night_report


def cut(bench: ModuleType, first: Subject, data: dict, limit: int, stem: Path) -> dict:
    """Take about ``limit`` images of a set, evenly over its classes."""
    return bench.cut(first.cfg, data, evenly(bench.labels_of(first.cfg, data), limit), stem)


def pictures_of(bench: ModuleType, first: Subject, data: dict) -> list[Picture]:
    """Read pictures of a set, evenly."""
    places = spread(len(bench.labels_of(first.cfg, data)), MEASURED)
    images = bench.images_of(first.cfg, data, places)
    return [Picture(*each) for each in zip(places, images, strict=True)]


def test_of(
    bench: ModuleType, subject: Subject, first: Subject, sets: dict, setting: Setting
) -> dict:
    """Describe a test: a set of the first model in a light, read as this model reads."""
    stops, enhanced = setting
    data = sets['night' if stops is NIGHT else 'day']
    darken = at_exposure(first.darken, stops) if stops else None
    return bench.in_light(subject.cfg, data, darken, subject.enhance if enhanced else None)


def scores(
    bench: ModuleType, subject: Subject, tests: dict[Setting, dict], kept: Kept, device: str
) -> Iterator[tuple[Setting, dict]]:
    """Give the record of each test; the model is only opened if something is to be measured."""
    weights, config = content(subject.checkpoint), bench.config_of(subject.cfg)
    listed: dict = {}
    score = None
    with tempfile.TemporaryDirectory() as work:
        for setting, data in tests.items():
            key = digest(config, weights, data, bench.files_of(data, listed))
            record = kept.get(key)
            if record is None:
                where = (data, Path(work), device)
                score = score or bench.open_model(subject.cfg, subject.checkpoint, *where)
                record = score(data)
                kept.put(key, record)
            yield setting, record
