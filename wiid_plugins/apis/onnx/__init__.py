"""A checkpoint as one ONNX graph: brightening, normalisation, network and what finds the boxes."""

from .exporting import export_file
from .light import light_of
from .quantising import export_int8
from .reading import read_subject
from .subject import Subject, enhance_subject

__all__ = ['Subject', 'enhance_subject', 'export_file', 'export_int8', 'light_of', 'read_subject']
