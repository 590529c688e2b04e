"""Hooks, metrics, tables and precision: what happens around the model."""

from .adapting import AdaptedTestLoop
from .bfloat16 import Bfloat16OptimWrapper
from .checkpoint import SafeCheckpointHook
from .classes import ClassesHook
from .constructor import PairedConstructor
from .day_night import DayNightMetric
from .domain_table import DomainTableHook
from .fitting import CheckpointFitsHook
from .guards import ClipListHook, FiniteLossHook, HeadFitsHook
from .mix_style import MixStyleHook
from .momentum import MomentumHook
from .reseed import ReseedHook
from .runner import PairedRunner
from .setting import SettingHook

__all__ = [
    'AdaptedTestLoop',
    'Bfloat16OptimWrapper',
    'CheckpointFitsHook',
    'ClassesHook',
    'ClipListHook',
    'DayNightMetric',
    'DomainTableHook',
    'FiniteLossHook',
    'HeadFitsHook',
    'MixStyleHook',
    'MomentumHook',
    'PairedConstructor',
    'PairedRunner',
    'ReseedHook',
    'SafeCheckpointHook',
    'SettingHook',
]
