"""Make what changes the light of pictures, by the name of its method."""

from typing import Any

from .learned import CUTDarken, ZeroDCEEnhance
from .light import Light, ProceduralDarken, ProceduralEnhance

_DARKENERS: dict[str, type[Light]] = {'procedural': ProceduralDarken, 'cut': CUTDarken}
_ENHANCERS: dict[str, type[Light]] = {'procedural': ProceduralEnhance, 'zero-dce': ZeroDCEEnhance}


def build_darkener(method: str = 'procedural', **options: Any) -> Light:
    """Make ``procedural`` (options: ranges) or ``cut`` (option: weights) darkening.

    Raises:
        ValueError: If there is no such method, or options and method do not go together.
    """
    return _build('Darken', _DARKENERS, method, options)


def build_enhancer(method: str = 'procedural', **options: Any) -> Light:
    """Make ``procedural`` (options: target, max_gain) or ``zero-dce`` (option: weights) enhancement.

    Raises:
        ValueError: If there is no such method, or options and method do not go together.
    """
    return _build('Enhance', _ENHANCERS, method, options)


def _build(name: str, known: dict[str, type[Light]], method: str, options: dict[str, Any]) -> Light:
    if method not in known:
        raise ValueError(f'{name}: method is one of {sorted(known)}, not {method!r}')
    if (method == 'procedural') == ('weights' in options):
        mend = 'takes no weights' if method == 'procedural' else 'needs weights=FILE'
        raise ValueError(f'{name}: method {method!r} {mend}')
    return known[method](**options)
