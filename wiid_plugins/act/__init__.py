"""Adapter for mmaction2 recognizers."""

from .paired import PairedRecognizer
from .preprocessor import PairedClipPreprocessor

__all__ = ['PairedClipPreprocessor', 'PairedRecognizer']
