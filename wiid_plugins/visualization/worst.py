"""The worst mistakes of a test: kept while it runs, and drawn on one sheet."""

import heapq
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from .confusion import DPI, shortened

SIDE = 320  # of a picture that is kept, px at most
WIDTH = 13.2  # of a sheet, inches
LINE = 0.16  # of text, inches


@dataclass(frozen=True)
class Box:
    """A box on a picture.

    Args:
        corners: ``x1, y1, x2, y2`` as shares of width and height.
        colour: Of matplotlib.
        name: Beside it.
    """

    corners: Sequence[float]
    colour: str
    name: str = ''


@dataclass(frozen=True)
class Mistake:
    """A cell of the sheet.

    Args:
        picture: ``(H, W, 3)`` uint8 RGB.
        lines: Text above it, each with its colour.
        boxes: Drawn on it.
    """

    picture: np.ndarray
    lines: Sequence[tuple[str, str]]
    boxes: Sequence[Box] = field(default=())


class Worst:
    """The mistakes with the highest rank of any number, of which no more than `most` are kept."""

    def __init__(self, most: int):
        self.most = most
        self.heap: list[tuple[tuple[float, ...], int, Mistake]] = []

    def add(self, rank: tuple[float, ...], place: int, make: Callable[[], Mistake]) -> None:
        """Keep a mistake if it is one of the worst; only then it is made.

        Args:
            rank: The higher, the worse.
            place: In the test set; no two share it. Of equals the first are kept.
            make: Gives the mistake.
        """
        if len(self.heap) < self.most:
            heapq.heappush(self.heap, (rank, -place, make()))
        elif self.most and (rank, -place) > self.heap[0][:2]:
            heapq.heapreplace(self.heap, (rank, -place, make()))

    def merge(self, other: 'Worst') -> None:
        """Take in those of another process."""
        self.heap = heapq.nlargest(self.most, self.heap + other.heap)

    def mistakes(self) -> list[Mistake]:
        """All, the worst first."""
        return [entry[-1] for entry in sorted(self.heap, reverse=True)]


def small(picture: np.ndarray, most: int = SIDE) -> np.ndarray:
    """Shrink a picture to a longer side of `most` px; a small one stays as it is."""
    scale = most / max(picture.shape[:2])
    if scale >= 1:
        return picture.copy()
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def draw_worst(mistakes: Sequence[Mistake], columns: int, title: str) -> Figure:
    """Lay mistakes out row by row, the worst first.

    Args:
        mistakes: At least one.
        columns: Cells in a row.
        title: Above them.
    """
    step = WIDTH / columns
    shapes = [mistake.picture.shape for mistake in mistakes]
    tall = step * min(1.4, max(height / width for height, width, _ in shapes))
    text = LINE * max(len(mistake.lines) for mistake in mistakes) + 0.08
    rows = math.ceil(len(mistakes) / columns)
    height = rows * (tall + text + 0.1) + 0.4
    figure = Figure((WIDTH, height), dpi=DPI)
    figure.text(0.005, 1 - 0.25 / height, title, fontsize=11)
    for index, mistake in enumerate(mistakes):
        row, column = divmod(index, columns)
        bottom = height - 0.4 - (row + 1) * (tall + text + 0.1) + 0.1
        place = (column * step + 0.05, bottom, step - 0.1, tall)
        axes = figure.add_axes(tuple(np.divide(place, (WIDTH, height) * 2)))
        _draw(axes, mistake)
        for line, (words, colour) in enumerate(mistake.lines):
            x, y = place[0] / WIDTH, (bottom + tall + text - 0.04 - LINE * (line + 1)) / height
            words = shortened(words, int(step * 15))  # letters of 8 points in an inch, about
            figure.text(x, y + 0.04 / height, words, color=colour, fontsize=8)
    return figure


def _draw(axes, mistake: Mistake) -> None:
    height, width = mistake.picture.shape[:2]
    axes.imshow(mistake.picture, interpolation='nearest' if max(height, width) < 100 else 'auto')
    axes.set_anchor('NW')
    axes.axis('off')
    for box in mistake.boxes:
        x1, y1, x2, y2 = np.multiply(box.corners, (width, height) * 2) - 0.5
        frame = Rectangle((x1, y1), x2 - x1, y2 - y1)
        frame.set(fill=False, edgecolor=box.colour, linewidth=1.5)
        axes.add_patch(frame)
        if box.name:
            inside = y1 < 0.06 * height  # no room above the box
            text = axes.text(x1, y1, box.name, fontsize=7, clip_on=True)
            text.set(va='top' if inside else 'bottom')
            text.set_bbox(dict(facecolor=box.colour, edgecolor='none', pad=0.5))
            if x1 > 0.75 * width:
                text.set(x=min(x2, width), ha='right')
