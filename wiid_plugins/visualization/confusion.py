"""What is taken for what: a confusion matrix as a picture, and as a table."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure

DPI = 100
LONGEST = 28  # letters of a name in the picture; the table has all
# Up to so many classes: inches of a cell, points of a name
SIZES = {25: (0.4, 9.0), 60: (0.2, 8.0), 400: (0.1, 6.0)}
PLAIN = 12.0  # inches of a matrix of more classes, which has no names


def as_matrix(pairs: Counter[tuple[int, int]], size: int) -> np.ndarray:
    """Counts of (truth, found) -> ``(size, size)`` int, the truth down."""
    matrix = np.zeros((size, size), np.int64)
    for place, count in pairs.items():
        matrix[place] = count
    return matrix


def write_table(matrix: np.ndarray, rows: Sequence[str], columns: Sequence[str], file: Path):
    """Write the counts as CSV, names first."""
    with file.open('w', encoding='utf-8', newline='') as stream:
        writer = csv.writer(stream)
        writer.writerow(['truth', *columns])
        writer.writerows([name, *row] for name, row in zip(rows, matrix.tolist(), strict=True))


def draw_confusion(
    matrix: np.ndarray, rows: Sequence[str], columns: Sequence[str], title: str
) -> Figure:
    """Draw the matrix in percent of each row; small shares are seen, too, by the root of the colour.

    Names stand there up to 400 classes, numbers up to 25.

    Args:
        matrix: ``(n, n)`` counts, the truth down.
        rows: Names of what is true.
        columns: Names of what is found.
        title: Above it.
    """
    total = matrix.sum(1, keepdims=True)
    share = 100 * matrix / np.maximum(total, 1)
    fits = next((s for most, s in SIZES.items() if len(matrix) <= most), None)
    side = PLAIN if fits is None else max(2.5, len(matrix) * fits[0])
    letter = 0.0 if fits is None else fits[1] * 0.008  # inches of one, about
    left, top = (0.6 + letter * _letters(names) for names in (rows, columns))
    left += letter * len(f' ({total.max()})')
    width, height = side + left + 0.2, side + top + 0.5
    figure = Figure((width, height), dpi=DPI)
    axes = figure.add_axes((left / width, 0.1 / height, side / width, side / height))
    axes.imshow(share, 'Blues', norm=PowerNorm(0.5, 0, 100), aspect='auto', interpolation='none')
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position('top')
    axes.set(xlabel='found', ylabel='truth')
    figure.text(0.1 / width, 1 - 0.3 / height, f'{title}, percent of the row', fontsize=10)
    if fits is not None:
        counted = [f'{shortened(n)} ({c})' for n, c in zip(rows, total[:, 0].tolist(), strict=True)]
        axes.set_xticks(range(len(matrix)), [shortened(name) for name in columns], rotation=90)
        axes.set_yticks(range(len(matrix)), counted)
        axes.tick_params(length=2, pad=2, labelsize=fits[1])
    if len(matrix) <= min(SIZES):
        for (row, column), value in np.ndenumerate(share):
            if value >= 0.5:
                colour = 'white' if value > 40 else 'black'
                text = axes.text(column, row, f'{value:.0f}', fontsize=8, color=colour)
                text.set(ha='center', va='center')
    return figure


def shortened(name: str, most: int = LONGEST) -> str:
    """Cut a long name."""
    return name if len(name) <= most else f'{name[: most - 1]}…'


def _letters(names: Sequence[str]) -> int:
    return max(len(shortened(name)) for name in names)
