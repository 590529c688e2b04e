"""What was found: curves, the sentence that sums them up, and the table of all figures."""

import csv
from dataclasses import dataclass, field
from pathlib import Path

from .levels import DROP, NIGHT, STOPS, at, gives_way, share, title


@dataclass
class Findings:
    """The scores of one model.

    Args:
        name: Of the model.
        records: By level (stops, or None for real night) and whether enhanced.
    """

    name: str
    records: dict[tuple[int | None, bool], dict] = field(default_factory=dict)

    def curve(self, enhanced: bool) -> list[float]:
        """Scores over the levels, as it is first."""
        return [self.records[stops, enhanced]['score'] for stops in STOPS]

    @property
    def day(self) -> float:
        """Score by day, as it is."""
        return self.records[0, False]['score']

    def too_dark(self, enhanced: bool) -> float | None:
        """Stops at which it has lost :data:`~.levels.DROP` points against its day."""
        return gives_way(self.curve(enhanced), self.day)

    def night(self, enhanced: bool) -> float | None:
        """Score on the real night, if there is one."""
        record = self.records.get((NIGHT, enhanced))
        return None if record is None else record['score']


def loses(stops: float | None) -> str:
    """Write where a model gives way."""
    return f'not down to {title(STOPS[-1])}' if stops is None else share(stops)


def sentence(found: list[Findings], metric: str) -> str:
    """Say how dark is too dark, and what the last-standing model brings against the first one."""
    first = found[0]
    if len(found) == 1:
        return _alone(first, metric)
    best = max(found[1:], key=lambda f: _last(f.too_dark(True)))
    dark, later = first.too_dark(True), best.too_dark(True)
    where = STOPS[-1] if dark is None else dark
    mine, other = at(first.curve(True), where), at(best.curve(True), where)
    begin = (
        f'{first.name} loses {DROP:.0f} points against its day ({first.day:.1f} {metric}) at '
        f'{share(dark)} of the light'
        if dark is not None
        else f'{first.name} loses less than {DROP:.0f} points against its day '
        f'({first.day:.1f} {metric}) down to {share(where)} of the light'
    )
    end = (
        f'{best.name} ({best.day:.1f} by day) does not down to {title(STOPS[-1])}'
        if later is None
        else f'{best.name} ({best.day:.1f} by day) at {share(later)}'
    )
    more = '' if dark is None or later is None else f', {_compared(later - dark)}'
    return (
        f'{begin}, {end}{more}; at {share(where)}, {best.name} has {other:.1f} and {first.name} '
        f'{mine:.1f}, a difference of {other - mine:+.1f} points (both on enhanced pictures).'
    )


def _alone(model: Findings, metric: str) -> str:
    raw, lit = model.too_dark(False), model.too_dark(True)
    where = STOPS[-1] if raw is None else raw
    gain = at(model.curve(True), where) - at(model.curve(False), where)
    return (
        f'{model.name} ({model.day:.1f} {metric} by day) loses {DROP:.0f} points at this share of '
        f'the light: raw {loses(raw)}, enhanced {loses(lit)}; at {share(where)} enhancing changes it '
        f'by {gain:+.1f} points.'
    )


def _last(stops: float | None) -> float:
    return float('inf') if stops is None else stops


def _compared(stops: float) -> str:
    return f'{abs(stops):.1f} stops {"later" if stops >= 0 else "earlier"}'


def rows(found: list[Findings], headline: str) -> list[list]:
    """Lay out all figures: a row for each model, level and metric, a column for each class."""
    classes = class_names(found)
    table: list[list] = [['model', 'light', 'exposure', 'enhanced', 'metric', 'all', *classes]]
    for model in found:
        for (stops, enhanced), record in model.records.items():
            where = [
                title(stops),
                '' if stops is None else 2.0**-stops,
                'yes' if enhanced else 'no',
            ]
            for metric, value in record['scores'].items():
                own = record['classes'] if metric == headline else {}
                cells = [f'{own[c]:.2f}' if c in own else '' for c in classes]
                table.append([model.name, *where, metric, f'{value:.2f}', *cells])
    return table


def class_names(found: list[Findings]) -> list[str]:
    """All classes that occur, in their order."""
    records = [record for model in found for record in model.records.values()]
    return list(dict.fromkeys(name for record in records for name in record['classes']))


def write_csv(found: list[Findings], headline: str, file: Path) -> None:
    """Write all figures; those of each class are of the metric ``headline``."""
    with file.open('w', newline='', encoding='utf-8') as stream:
        csv.writer(stream).writerows(rows(found, headline))
