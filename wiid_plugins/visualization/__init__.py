"""What a person looks at: pictures of found classes and boxes, of training pairs, tables of light.

It lies below ``engine`` and does not import it; the hooks here draw what a Runner trains or tests.
"""

from .box_mistakes import BoxMistakes
from .class_pictures import ClassPictures
from .mistakes import ClassMistakes, ClipMistakes
from .pairs import PairsHook
from .pictures import DomainPictures
from .strip import StripHook

__all__ = [
    'BoxMistakes',
    'ClassMistakes',
    'ClassPictures',
    'ClipMistakes',
    'DomainPictures',
    'PairsHook',
    'StripHook',
]
