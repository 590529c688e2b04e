"""Draw the curves, as a picture and as SVG that takes the colour of the text around it."""

import io
import re
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from .findings import Findings
from .levels import NIGHT, STOPS, title

# Okabe and Ito's, which all can tell apart; without black and yellow, to be read on both grounds.
COLOURS = ('#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00')
INK = '#123456'  # stands for the colour of the text
HOUSE: Any = {
    'svg.fonttype': 'none',
    'svg.hashsalt': 'wiid',
    'font.size': 11,
    'font.family': 'sans-serif',
}
LINE: dict[str, Any] = dict(ls='-', lw=1.8)
DASHED: dict[str, Any] = dict(ls=(0, (3, 2)), lw=1.2)
INKED: Any = ('text.color', 'axes.labelcolor', 'axes.edgecolor', 'xtick.color', 'ytick.color')


def draw(found: list[Findings], metric: str, night: float | None, ink: str) -> Figure:
    """Draw ``metric`` over the light: enhanced as a line, raw dashed, real night as points.

    Args:
        found: A colour for each.
        metric: A key of the records' ``scores``.
        night: Stops at which real night lies.
        ink: Of text and axes.
    """
    with matplotlib.rc_context({**HOUSE, **dict.fromkeys(INKED, ink)}):
        figure = Figure(figsize=(5.4, 4.0 + 0.22 * -(-len(found) // 2)), layout='constrained')
        axes = figure.add_subplot()
        for number, model in enumerate(found):
            _draw_model(axes, model, metric, night, COLOURS[number % len(COLOURS)])
        if night is not None:
            axes.axvline(night, color=ink, lw=0.8, ls=':', alpha=0.6)
        _dress(axes, metric)
        handles = _legend(found, night, ink)
        figure.legend(handles=handles, loc='outside lower center', ncols=2, frameon=False)
    return figure


def _draw_model(axes: Axes, model: Findings, metric: str, night: float | None, colour: str) -> None:
    for enhanced in (False, True):
        values = [model.records[stops, enhanced]['scores'][metric] for stops in STOPS]
        style = LINE if enhanced else DASHED
        axes.plot(STOPS, values, color=colour, **style)
        record = model.records.get((NIGHT, enhanced))
        if record and night is not None:
            fill = colour if enhanced else 'none'
            point = record['scores'][metric]
            axes.plot(night, point, 'o', ms=6, mfc=fill, mec=colour, zorder=3)


def _dress(axes: Axes, metric: str) -> None:
    axes.set_xticks(STOPS, [title(stops) for stops in STOPS])
    axes.tick_params(labelsize=9)
    axes.set_xlabel('share of the light')
    axes.set_ylabel(f'{metric} (%)')
    axes.grid(alpha=0.25, lw=0.6)
    axes.set_ylim(bottom=0)
    axes.spines[['top', 'right']].set_visible(False)
    axes.patch.set_alpha(0)


def _legend(found: list[Findings], night: float | None, ink: str) -> list[Line2D]:
    handles = [
        Line2D([], [], color=COLOURS[number % len(COLOURS)], lw=3, label=model.name)
        for number, model in enumerate(found)
    ]
    handles += [
        Line2D([], [], color=ink, **LINE, label='enhanced'),
        Line2D([], [], color=ink, **DASHED, label='raw'),
    ]
    if night is not None:
        points: dict[str, Any] = dict(color=ink, marker='o', ls='', ms=6)
        handles += [Line2D([], [], **points, label='real night, enhanced')]
        handles += [Line2D([], [], **points, mfc='none', label='real night, raw')]
    return handles


def as_svg(figure: Figure, label: str) -> str:
    """Give an ``<svg>`` to stand in a page, in the page's own colour of text.

    Args:
        figure: Drawn with :data:`INK`.
        label: What it shows, for who cannot see it.
    """
    stream = io.StringIO()
    with matplotlib.rc_context({**HOUSE, 'svg.hashsalt': label}):
        figure.savefig(stream, format='svg', transparent=True, metadata={'Date': None})
    text = stream.getvalue()
    text = re.sub(r'<metadata>.*?</metadata>', '', stream.getvalue(), flags=re.DOTALL)
    box = re.search(r'viewBox="[^"]*"', text)
    inner = text[text.index('>', text.index('<svg')) + 1 :].replace(INK, 'currentColor')
    return f'<svg {box and box[0]} role="img" aria-label="{label}">{inner}'


def write_png(figure: Figure, file: Path) -> None:
    """Write a picture on white."""
    figure.savefig(file, dpi=150, facecolor='white')
