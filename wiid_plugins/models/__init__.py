"""Auxiliary heads, momentum encoder and device preprocessor, shared by all adapters."""

from .aux import WiidAux
from .mask_token import MaskToken
from .preprocessor import PairedPreprocessor, Views
from .target import MomentumEncoder

__all__ = ['MaskToken', 'MomentumEncoder', 'PairedPreprocessor', 'Views', 'WiidAux']
