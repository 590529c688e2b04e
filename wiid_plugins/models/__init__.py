"""Auxiliary heads, momentum encoder and device preprocessor, shared by all adapters."""

from .aux import WiidAux
from .front import CIConv, InvariantMaps, fronted
from .mask_token import MaskToken
from .preprocessor import PairedPreprocessor, Views
from .target import MomentumEncoder

__all__ = [
    'CIConv',
    'InvariantMaps',
    'fronted',
    'MaskToken',
    'MomentumEncoder',
    'PairedPreprocessor',
    'Views',
    'WiidAux',
]
