"""What all models say of a photo, at a darkness of the visitor's choice."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np

from ..apis.results import Label
from ..images import as_bytes
from .cards import Side, card
from .chart import chart
from .models import Model
from .night import MOST_STOPS, brighten, darken_by, smaller
from .uploads import read_photo

SIDE = 640  # px; the models see less
TITLES = ('as it is', 'brightened')


@dataclass(frozen=True)
class Subject:
    """A photo before it is darkened, and what each model says of it.

    Args:
        pixels: ``(H, W, 3)`` RGB: uint8, uint16, or float32 in [0, 1].
        by_day: The best label of each model; None of one that finds nothing or gives boxes.
    """

    pixels: np.ndarray
    by_day: tuple[Label | None, ...]


class Recognition:
    """Run models on photos.

    Args:
        models: In the order in which they are shown.
    """

    def __init__(self, models: Sequence[Model]):
        self.models = models

    def upload(self, path: str | Path) -> Subject:
        """Take a visitor's photo.

        Raises:
            RefusedUpload: If it is no image, damaged or too large.
        """
        return self.subject(read_photo(path))

    def subject(self, pixels: np.ndarray) -> Subject:
        """Ask each model what it sees by day."""
        pixels = smaller(pixels, SIDE)
        said = (model.raw(pixels) for model in self.models)
        return Subject(pixels, tuple(_best(labels) for labels in said))

    def __call__(self, subject: Subject, stops: float) -> tuple[np.ndarray, np.ndarray, str]:
        """Darken and ask.

        Returns:
            What the models get as it is and brightened, ``(H, W, 3)`` uint8 RGB, and the answers in
            HTML.
        """
        dark = darken_by(subject.pixels, stops)
        shown = as_bytes(dark), brighten(dark)
        cards = []
        for model, day in zip(self.models, subject.by_day, strict=True):
            labels = model.raw(dark), model.brightened(dark)
            sides = [Side(*side) for side in zip(TITLES, shown, labels, strict=True)]
            cards.append(card(model, sides, day if stops else None))
        return *shown, f'<div class="cards">{"".join(cards)}</div>'

    def curves(self, subject: Subject) -> str:
        """Draw for each model how sure it stays of its first answer; HTML."""
        stops = range(0, MOST_STOPS + 1, 2)
        darks = [darken_by(subject.pixels, stop) for stop in stops]
        drawn = []
        for model, day in zip(self.models, subject.by_day, strict=True):
            if day is not None:
                raw = [_score(model.raw(dark), day) for dark in darks]
                bright = [_score(model.brightened(dark), day) for dark in darks]
                title = f'{escape(model.name)}: <em>{escape(day.name)}</em>'
                drawn.append(f'<figure><h4>{title}</h4>{chart(stops, raw, bright)}</figure>')
        key = '<p class="key"><span class="raw">as it is</span> <span>brightened</span></p>'
        return f'<div class="curves">{key}{"".join(drawn)}</div>' if drawn else ''


def _best(labels: Sequence[Label]) -> Label | None:
    return labels[0] if labels and labels[0].box is None else None


def _score(labels: Sequence[Label], day: Label) -> float:
    return next((label.score for label in labels if label.index == day.index), 0.0)
