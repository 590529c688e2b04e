"""Only what no toolbox dataset can do."""

from .clip_list import ClipList
from .coco import checked_coco
from .folder import ClassFolder
from .with_dark import WithDark

__all__ = ['ClassFolder', 'ClipList', 'WithDark', 'checked_coco']
