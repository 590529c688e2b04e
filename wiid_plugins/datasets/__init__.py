"""Only what no toolbox dataset can do."""

from .coco import checked_coco
from .folder import ClassFolder
from .with_dark import WithDark

__all__ = ['ClassFolder', 'WithDark', 'checked_coco']
