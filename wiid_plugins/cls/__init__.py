"""Adapter for mmpretrain classifiers."""

from .paired import PairedClassifier

__all__ = ['PairedClassifier']
