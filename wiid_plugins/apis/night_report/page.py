"""The page: one file, with everything in it."""

import base64
from collections.abc import Sequence
from html import escape

import cv2
import numpy as np

from .findings import Findings, class_names, loses
from .levels import DROP, NIGHT, STOPS, at, share, title

STYLE = """
:root { color-scheme: light dark; --ink: #1c1e21; --ground: #fff; --soft: #6b7280; --line: #d5d8dd; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8eb; --ground: #15171a; --soft: #9aa2ad; --line: #363b42; }
}
body { margin: 0 auto; padding: 1rem; max-width: 60rem; color: var(--ink); background: var(--ground);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0.5rem 0; } h2 { font-size: 1.15rem; margin: 2rem 0 0.5rem; }
.sum { font-size: 1.1rem; border-left: 4px solid #d55e00; padding-left: 0.8rem; }
.soft, figcaption { color: var(--soft); font-size: 0.9rem; }
figure { margin: 0 0 1rem; } svg { width: 100%; max-width: 40rem; height: auto; display: block; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.85rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.2rem 0.5rem; text-align: right; border-bottom: 1px solid var(--line);
  white-space: nowrap; }
th { font-weight: 600; } th:first-child { text-align: left; position: sticky; left: 0;
  background: var(--ground); }
.strips { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr));
  gap: 0 1.5rem; }
.strips img { width: 100%; display: block; } summary { cursor: pointer; padding: 0.3rem 0; }
"""
HIGH = 'rgb(0 158 115 / {:.2f})'  # a cell's ground, the greener the better


def page(
    found: list[Findings],
    summary: str,
    charts: dict[str, str],
    strips: dict[int | None, np.ndarray],
    notes: Sequence[str],
) -> str:
    """Give the whole HTML.

    Args:
        found: Models, the one to compare with first.
        summary: The sentence at the top.
        charts: Caption -> SVG.
        strips: Level -> example pictures, raw above enhanced.
        notes: How it was measured.
    """
    parts = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<title>How dark is too dark?</title><style>{STYLE}</style></head><body>',
        f'<h1>How dark is too dark?</h1><p class="sum">{escape(summary)}</p>',
        *(_figure(svg, caption) for caption, svg in charts.items()),
        f'<h2>In figures</h2>{overview(found)}',
        f'<h2>What the levels look like</h2>{gallery(strips)}',
        '<h2>All levels</h2>',
        *(_details(f'{m.name}, {key}', _levels(m, key)) for m in found for key in _metrics(m)),
        '<h2>Each class</h2>',
        *(
            _details(f'{m.name}, {"enhanced" if lit else "raw"}', _classes(m, lit))
            for m in found
            for lit in (True, False)
        ),
        '<h2>How it was measured</h2><ul class="soft">',
        *(f'<li>{escape(note)}</li>' for note in notes),
        '</ul></body></html>\n',
    ]
    return '\n'.join(parts)


def _figure(content: str, caption: str) -> str:
    return f'<figure>{content}<figcaption>{escape(caption)}</figcaption></figure>'


def _metrics(model: Findings) -> list[str]:
    return list(model.records[0, False]['scores'])


def overview(found: list[Findings]) -> str:
    """A row for each model: its day, where it gives way, what it has there, and real night."""
    dark = found[0].too_dark(True)
    where = STOPS[-1] if dark is None else dark
    head = ['model', 'day', f'-{DROP:.0f} raw at', f'-{DROP:.0f} enhanced at']
    head += [f'enhanced at {share(where)}', 'vs first']
    night = (NIGHT, True) in found[0].records
    head += ['night, raw', 'night, enhanced'] * night
    first = at(found[0].curve(True), where)
    body = []
    for model in found:
        there = at(model.curve(True), where)
        row = [
            model.name,
            f'{model.day:.1f}',
            *(loses(model.too_dark(lit)) for lit in (False, True)),
        ]
        row += [f'{there:.1f}', '' if model is found[0] else f'{there - first:+.1f}']
        row += [_number(model.night(lit)) for lit in (False, True)] * night
        body.append(row)
    return _table(head, body)


def _number(value: float | None) -> str:
    return '' if value is None else f'{value:.1f}'


def _levels(model: Findings, metric: str) -> str:
    """Raw and enhanced scores over the levels."""
    levels = [s for s in (*STOPS, NIGHT) if (s, True) in model.records]
    body = [
        [name, *(_number(model.records[s, lit]['scores'].get(metric)) for s in levels)]
        for name, lit in (('raw', False), ('enhanced', True))
    ]
    return _table(['', *(title(s) for s in levels)], body)


def _classes(model: Findings, enhanced: bool) -> str:
    """Scores of each class over the levels, the better the greener."""
    levels = [s for s in (*STOPS, NIGHT) if (s, enhanced) in model.records]
    body = [
        [name, *(_number(model.records[s, enhanced]['classes'].get(name)) for s in levels)]
        for name in class_names([model])
    ]
    return _table(['class', *(title(s) for s in levels)], body, shaded=True)


def _table(head: list[str], body: list[list[str]], shaded: bool = False) -> str:
    cells = ''.join(f'<th>{escape(h)}</th>' for h in head)
    lines = [f'<div class="wide"><table><tr>{cells}</tr>']
    for name, *values in body:
        tds = ''.join(f'<td{_shade(v) if shaded else ""}>{escape(v)}</td>' for v in values)
        lines.append(f'<tr><th>{escape(name)}</th>{tds}</tr>')
    return '\n'.join([*lines, '</table></div>'])


def _shade(value: str) -> str:
    return f' style="background: {HIGH.format(float(value) / 200)}"' if value else ''


def _details(summary: str, content: str) -> str:
    return f'<details><summary>{escape(summary)}</summary>{content}</details>'


def gallery(strips: dict[int | None, np.ndarray]) -> str:
    """Example pictures of each level under its name."""
    figures = [
        f'<figure><figcaption>{title(stops)}</figcaption><img alt="{title(stops)}: raw above, '
        f'enhanced below" src="{_embedded(image)}"></figure>'
        for stops, image in strips.items()
    ]
    return f'<p class="soft">Raw above, enhanced below.</p><div class="strips">{"".join(figures)}</div>'


def _embedded(image: np.ndarray) -> str:
    _, written = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, 88])
    return f'data:image/jpeg;base64,{base64.b64encode(written.tobytes()).decode()}'
