"""Pipeline components over :mod:`wiid_plugins.ops`, for the loader's workers."""

from .light import Darken, Enhance
from .loading import LoadImage, LoadTwin
from .packing import PackTwin, SetDomain
from .target import TargetMask

__all__ = ['Darken', 'Enhance', 'LoadImage', 'LoadTwin', 'PackTwin', 'SetDomain', 'TargetMask']
