"""How dark is too dark for a model: its scores over levels of light, from labelled day data alone."""

from .run import report

__all__ = ['report']
