"""Hooks, metrics, tables, pictures and precision: what happens around the model."""

from .bfloat16 import Bfloat16OptimWrapper
from .checkpoint import SafeCheckpointHook
from .class_pictures import ClassPictures
from .classes import ClassesHook
from .constructor import PairedConstructor
from .day_night import DayNightMetric
from .domain_table import DomainTableHook
from .fitting import CheckpointFitsHook
from .guards import ClipListHook, FiniteLossHook, HeadFitsHook
from .momentum import MomentumHook
from .pictures import DomainPictures
from .reseed import ReseedHook
from .runner import PairedRunner
from .setting import SettingHook
from .strip import StripHook

__all__ = [
    'Bfloat16OptimWrapper',
    'CheckpointFitsHook',
    'ClassPictures',
    'ClassesHook',
    'ClipListHook',
    'DayNightMetric',
    'DomainPictures',
    'DomainTableHook',
    'FiniteLossHook',
    'HeadFitsHook',
    'MomentumHook',
    'PairedConstructor',
    'PairedRunner',
    'ReseedHook',
    'SafeCheckpointHook',
    'SettingHook',
    'StripHook',
]
