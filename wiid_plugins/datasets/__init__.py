"""Only what no toolbox dataset can do."""

from .folder import ClassFolder
from .with_dark import WithDark

__all__ = ['ClassFolder', 'WithDark']
