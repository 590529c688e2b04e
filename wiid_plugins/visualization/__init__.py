"""What a person looks at: pictures of found classes and boxes, of training pairs, tables of light.

It lies below ``engine`` and does not import it; the hooks here draw what a Runner trains or tests.
"""

from .class_pictures import ClassPictures
from .pictures import DomainPictures
from .strip import StripHook

__all__ = ['ClassPictures', 'DomainPictures', 'StripHook']
