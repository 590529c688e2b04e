"""Modules that the installed wheels lack, made when something imports them.

* ``mmcv._ext``: the compiled operators, which mmcv-lite leaves out.
* ``mmaction.models.localizers.drn.drn``: forgotten in the wheel of mmaction2 1.2.0.

Python asks its own finders first, so where a wheel has the module, that one is used.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

_DRN = 'mmaction.models.localizers.drn'


class StandIns(MetaPathFinder, Loader):
    """Find and make the missing modules."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Give a spec for the modules that this file knows."""
        if name in ('mmcv._ext', _DRN, f'{_DRN}.drn'):
            return ModuleSpec(name, self, is_package=name == _DRN)
        return None

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave the making of the module to Python."""

    def exec_module(self, module: ModuleType) -> None:
        """Fill a new module."""
        if module.__name__ == 'mmcv._ext':
            ours = import_module('wiid_plugins.mmcv_ext')
            vars(module).update({n: getattr(ours, n) for n in (*ours.__all__, '__getattr__')})
        elif module.__name__ == f'{_DRN}.drn':
            vars(module)['DRN'] = DRN


class DRN:
    """The localizer that mmaction2's wheel forgot."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError('DRN is missing from the mmaction2 1.2.0 wheel')


def offer() -> None:
    """Offer the stand-ins to Python's import; calling it again changes nothing."""
    if not any(isinstance(finder, StandIns) for finder in sys.meta_path):
        sys.meta_path.append(StandIns())
