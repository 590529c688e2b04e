"""Recognition in the dark without dark labels, as plugins for OpenMMLab and Ultralytics."""

from . import environment, missing

__version__ = '0.1.0'

environment.check()
missing.offer()
