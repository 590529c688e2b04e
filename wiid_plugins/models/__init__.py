"""Auxiliary heads, momentum encoder and device preprocessor, shared by all adapters."""

from .aux import WiidAux
from .preprocessor import PairedPreprocessor, Views
from .target import MomentumEncoder

__all__ = ['MomentumEncoder', 'PairedPreprocessor', 'Views', 'WiidAux']
