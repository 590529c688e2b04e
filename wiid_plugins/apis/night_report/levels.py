"""The levels of light, where real night lies among them, and where a model gives way."""

from collections.abc import Sequence

import numpy as np

STOPS = tuple(range(10))  # each has half the light of the one before; 0 is the picture as it is
NIGHT = None  # in the place of stops: the real night test set
DROP = 10.0  # points below its day at which it is too dark for a model
DARKEST = 1e-5  # linear luminance below the first step of 8 bits


def title(stops: int | None) -> str:
    """Name a level."""
    return 'real night' if stops is None else f'1/{2**stops}' if stops else 'as it is'


def share(stops: float) -> str:
    """Write a share of light that lies between levels, as 1/11."""
    part = 2**stops
    return f'1/{part:.0f}' if part >= 10 else f'1/{part:.1f}'


def at_exposure(darken: dict, stops: int) -> dict:
    """Fix the exposure of a darkening; its colour, haze and noise are drawn as ever."""
    return {**darken, 'exposure': (2.0**-stops, 2.0**-stops)}


def place(night: float, levels: Sequence[float]) -> float:
    """Find the stops at which made night is as bright as the real one.

    Args:
        night: Median linear luminance of the real night pictures.
        levels: The same of every level, as it is first.

    Returns:
        Between the first level and the last; night pictures that are brighter than day lie at 0.
    """
    falling = np.minimum.accumulate(np.log2(np.maximum(levels, DARKEST)))
    wanted = np.log2(max(night, DARKEST))
    return float(np.interp(-wanted, -falling, np.arange(len(levels))))


def gives_way(scores: Sequence[float], day: float, drop: float = DROP) -> float | None:
    """Find the stops at which a curve first falls ``drop`` points below its day.

    Between two levels the curve is a line. None: it does not fall so far.
    """
    least = day - drop
    for stops, score in enumerate(scores):
        if score < least:
            before = scores[stops - 1] if stops else least
            return max(0.0, stops - (least - score) / (before - score))
    return None


def at(scores: Sequence[float], stops: float) -> float:
    """Read a curve between levels."""
    return float(np.interp(stops, np.arange(len(scores)), scores))
