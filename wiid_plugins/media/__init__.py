"""Files of clips, read the same way by training and by the tools."""

from .clips import MEND, Clip, ClipError
from .kinds import SUFFIXES, is_clip

__all__ = ['MEND', 'SUFFIXES', 'Clip', 'ClipError', 'is_clip']
