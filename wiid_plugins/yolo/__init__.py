"""Ultralytics adapter: optional, and the only part that imports ultralytics (AGPL-3.0)."""

from .export import plain_checkpoint
from .model import PairedDetectionModel
from .trainer import PairedDetectionTrainer

__all__ = ['PairedDetectionModel', 'PairedDetectionTrainer', 'plain_checkpoint']
