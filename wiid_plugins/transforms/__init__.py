"""Pipeline components over :mod:`wiid_plugins.ops`, for the loader's workers."""

from .clips import DecodeClip, OpenClip
from .light import Darken, Enhance
from .loading import LoadImage, LoadTwin
from .packing import PackTwin, SetDomain
from .target import TargetMask

__all__ = [
    'Darken',
    'DecodeClip',
    'Enhance',
    'LoadImage',
    'LoadTwin',
    'OpenClip',
    'PackTwin',
    'SetDomain',
    'TargetMask',
]
