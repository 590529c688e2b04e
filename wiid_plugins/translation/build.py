"""Make what changes the light of pictures, by the name of its method."""

from typing import Any

from .classical import CLAHEEnhance, FourierDarken
from .learned import CUTDarken, ZeroDCEEnhance
from .light import Light, ProceduralDarken, ProceduralEnhance

_DARKENERS: dict[str, type[Light]] = {
    'procedural': ProceduralDarken,
    'cut': CUTDarken,
    'fourier': FourierDarken,
}
_ENHANCERS: dict[str, type[Light]] = {
    'procedural': ProceduralEnhance,
    'zero-dce': ZeroDCEEnhance,
    'clahe': CLAHEEnhance,
}
_LEARNED = (CUTDarken, ZeroDCEEnhance)


def build_darkener(method: str = 'procedural', **options: Any) -> Light:
    """Make ``procedural`` (options: ranges), ``cut`` (weights) or ``fourier`` (dark, ...) darkening.

    Raises:
        ValueError: If there is no such method, or options and method do not go together.
    """
    return _build('Darken', _DARKENERS, method, options)


def build_enhancer(method: str = 'procedural', **options: Any) -> Light:
    """Make ``procedural`` (target, max_gain), ``zero-dce`` (weights) or ``clahe`` (clip, grid) lifting.

    Raises:
        ValueError: If there is no such method, or options and method do not go together.
    """
    return _build('Enhance', _ENHANCERS, method, options)


def _build(name: str, known: dict[str, type[Light]], method: str, options: dict[str, Any]) -> Light:
    if method not in known:
        raise ValueError(f'{name}: method is one of {sorted(known)}, not {method!r}')
    learned = known[method] in _LEARNED
    if learned != ('weights' in options):
        mend = 'needs weights=FILE' if learned else 'takes no weights'
        raise ValueError(f'{name}: method {method!r} {mend}')
    return known[method](**options)
