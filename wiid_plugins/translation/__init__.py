"""Networks that change the light of pictures, how they are trained, and one face for all methods."""

from .cut import CUT
from .exposure import ExposureMetric
from .light import Light, build_darkener, build_enhancer
from .zero_dce import ZeroDCE

__all__ = ['CUT', 'ExposureMetric', 'Light', 'ZeroDCE', 'build_darkener', 'build_enhancer']
