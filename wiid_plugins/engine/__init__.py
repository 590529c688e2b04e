"""Hooks and metrics: what happens around the model."""

from .checkpoint import SafeCheckpointHook
from .day_night import DayNightMetric
from .guards import FiniteLossHook, HeadFitsHook
from .momentum import MomentumHook
from .reseed import ReseedHook
from .setting import SettingHook
from .strip import StripHook

__all__ = [
    'DayNightMetric',
    'FiniteLossHook',
    'HeadFitsHook',
    'MomentumHook',
    'ReseedHook',
    'SafeCheckpointHook',
    'SettingHook',
    'StripHook',
]
