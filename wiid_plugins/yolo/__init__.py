"""Ultralytics adapter: optional, and with weights/yolov5.py all that imports ultralytics (AGPL-3.0)."""

from .checkpoint import allow
from .export import plain_checkpoint
from .model import PairedDetectionModel
from .trainer import PairedDetectionTrainer

__all__ = ['PairedDetectionModel', 'PairedDetectionTrainer', 'plain_checkpoint']

allow(PairedDetectionModel)
