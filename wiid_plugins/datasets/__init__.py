"""Only what no toolbox dataset can do."""

from .clip_list import ClipList
from .folder import ClassFolder
from .with_dark import WithDark

__all__ = ['ClassFolder', 'ClipList', 'WithDark']
