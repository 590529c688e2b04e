"""Adapter for mmdet detectors."""

from .paired import PairedDetector
from .preprocessor import PairedDetPreprocessor

__all__ = ['PairedDetPreprocessor', 'PairedDetector']
