"""Files of clips, read the same way by training and by the tools."""

from .clips import MEND, Clip, ClipError

__all__ = ['MEND', 'Clip', 'ClipError']
