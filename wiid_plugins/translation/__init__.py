"""Networks that change the light of pictures, how they are trained, and one face for all methods."""

from .build import build_darkener, build_enhancer
from .cut import CUT
from .exposure import ExposureMetric
from .light import Light
from .zero_dce import ZeroDCE

__all__ = ['CUT', 'ExposureMetric', 'Light', 'ZeroDCE', 'build_darkener', 'build_enhancer']
