"""What a model says of a photo as it is and brightened, as HTML."""

import base64
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import cv2
import numpy as np

from ..apis.drawing import draw_boxes
from ..apis.results import Label
from .models import Model

SHOWN = 5  # labels
LISTED = 8  # names of classes


class Side(NamedTuple):
    """One of the two pictures, and what the model says of it."""

    title: str
    pixels: np.ndarray
    labels: tuple[Label, ...]


def card(model: Model, sides: Sequence[Side], by_day: Label | None) -> str:
    """Lay out what one model says.

    Args:
        model: The model.
        sides: As it is, and brightened.
        by_day: Its first answer before the photo was darkened; None: it was not.
    """
    names = ', '.join(name.partition(',')[0] for name in model.names[:LISTED])
    more = ', ...' if len(model.names) > LISTED else ''
    about = f'knows {len(model.names):,} classes: {names}{more}'
    columns = ''.join(_side(side, by_day) for side in sides)
    return (
        f'<section class="card"><h3>{escape(model.name)}</h3><p class="about">{escape(about)}</p>'
        f'<div class="sides">{columns}</div></section>'
    )


def _side(side: Side, by_day: Label | None) -> str:
    boxed = any(label.box for label in side.labels)
    picture = f'<img alt="" src="{_embedded(side)}">' if boxed else ''
    day = by_day.name if by_day else None
    rows = ''.join(_row(label, label.name == day) for label in side.labels[:SHOWN])
    rows = rows or '<p class="about">nothing found</p>'
    told = f'<p class="told">{_told(side.labels, day)}</p>' if day and not boxed else ''
    return f'<div class="side"><h4>{escape(side.title)}</h4>{picture}{rows}{told}</div>'


def _row(label: Label, right: bool) -> str:
    share, name = 100 * label.score, escape(label.name)
    return (
        f'<div class="row{" right" if right else ""}"><i style="width:{share:.1f}%"></i>'
        f'<span title="{name}">{name}</span><b>{share:.0f}&#8239;%</b></div>'
    )


def _told(labels: Sequence[Label], day: str) -> str:
    places = [place for place, label in enumerate(labels, 1) if label.name == day]
    where = 'lost here' if not places else f'here no. {places[0]}'
    sign = '&#10003;' if places[:1] == [1] else '&#10007;'
    return f'{sign} at 0 stops <em>{escape(day)}</em>, {where}'


def _embedded(side: Side) -> str:
    image = draw_boxes(side.pixels, [label for label in side.labels if label.box])
    _, data = cv2.imencode('.jpg', cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    return 'data:image/jpeg;base64,' + base64.b64encode(data.tobytes()).decode()
