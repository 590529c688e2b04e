"""Recognition in the dark without dark labels, as plugins for OpenMMLab and Ultralytics."""

from . import environment, missing

__version__ = '0.1.0'

environment.check()
missing.offer()

from .compat import mend_bases  # noqa: E402  (mmengine must be there, as the check says)
from .shipped import config as config  # noqa: E402

mend_bases()


def __getattr__(name: str):
    """Import the predictor, and with it torch and the toolboxes, when it is asked for."""
    if name == 'Predictor':
        from .apis.predictor import Predictor

        return Predictor
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
