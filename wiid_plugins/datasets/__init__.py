"""Only what no toolbox dataset can do."""

from .clip_list import ClipList, RepeatedClips
from .coco import checked_coco
from .folder import ClassFolder
from .with_dark import WithDark

__all__ = ['ClassFolder', 'ClipList', 'RepeatedClips', 'WithDark', 'checked_coco']
