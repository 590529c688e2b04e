"""A checkpoint as one ONNX graph: brightening, normalisation, network and what finds the boxes."""

from .exporting import export_file
from .reading import read_light, read_subject
from .subject import Subject, enhance_subject

__all__ = ['Subject', 'enhance_subject', 'export_file', 'read_light', 'read_subject']
