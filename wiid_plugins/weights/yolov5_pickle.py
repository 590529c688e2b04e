"""Read an official YOLOv5 checkpoint, a pickle of its authors' classes, without running any of it.

The file may name anything; what it names is never imported. Tensors are built by torch, classes of
YOLOv5, torch modules and numpy become inert stand-ins that only hold what was stored, and any other
name ends the reading at once.
"""

import pickle
import zipfile
from collections import OrderedDict
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import torch
from torch import Tensor

_BUILT = {  # fresh objects for every use, so that a file cannot alter what torch itself uses
    ('torch._utils', '_rebuild_tensor_v2'): lambda: partial(torch._utils._rebuild_tensor_v2),
    ('torch._utils', '_rebuild_parameter'): lambda: partial(torch._utils._rebuild_parameter),
    ('collections', 'OrderedDict'): lambda: OrderedDict,
    ('__builtin__', 'set'): lambda: set,  # as protocol 2 names it
}
_STAND_IN_PACKAGES = ('models', 'utils', 'numpy', 'pathlib')
_STAND_IN_MODULES = ('torch.nn.', 'torch.optim.', 'torch.cuda.amp.', 'torch.amp.')
_STAND_IN_NAMES = {('_codecs', 'encode'), ('torch', 'device'), ('torch', 'Size')}


class Inert:
    """Hold what was stored for an object, and do nothing."""

    def __init__(self, *args):
        self.args = args

    def __setstate__(self, state):
        self.stored = state


class Unpickler(pickle.Unpickler):
    """Build tensors, plain containers and stand-ins."""

    def find_class(self, module: str, name: str):
        """Give what a name stands for.

        Raises:
            pickle.UnpicklingError: If it is neither part of a tensor nor of a YOLOv5 model.
        """
        if (module, name) in _BUILT:
            return _BUILT[module, name]()
        package = module.split('.')[0]
        known = package in _STAND_IN_PACKAGES or module.startswith(_STAND_IN_MODULES)
        if not known and (module, name) not in _STAND_IN_NAMES:
            raise pickle.UnpicklingError(
                f'refused, it asks for {module}.{name}; nothing of it was run'
            )
        return type(name, (Inert,), {})


_RESTRICTED = SimpleNamespace(__name__='restricted pickle', Unpickler=Unpickler)


def read_checkpoint(path: Path) -> tuple[dict[str, Tensor], list[str]]:
    """Read weights and class names.

    Args:
        path: A ``.pt`` of YOLOv5 v5 to v7.

    Returns:
        The state dict in float32, on the CPU, and the class names, empty where there are none.

    Raises:
        ValueError: If it is no such file.
        pickle.UnpicklingError: If it holds anything that a YOLOv5 checkpoint does not.
    """
    if not zipfile.is_zipfile(path):
        raise ValueError('is no checkpoint of torch >= 1.6, as YOLOv5 v5 to v7 write')
    with zipfile.ZipFile(path) as archive:
        if any(name.endswith('/constants.pkl') for name in archive.namelist()):
            raise ValueError('is an exported TorchScript model; give the .pt it was made from')
    try:
        checkpoint = torch.load(path, 'cpu', _RESTRICTED, weights_only=False)
    except (AttributeError, TypeError, KeyError, IndexError, EOFError) as error:
        raise pickle.UnpicklingError(f'is damaged or no checkpoint: {error}') from None
    model = (
        checkpoint.get('ema') or checkpoint.get('model') if isinstance(checkpoint, dict) else None
    )
    if not isinstance(model, Inert):
        raise ValueError('holds no YOLOv5 model')
    names = getattr(model, 'stored', {}).get('names') or []
    return tensors_of(model), list(names.values() if isinstance(names, dict) else names)


def tensors_of(module: Inert, prefix: str = '') -> dict[str, Tensor]:
    """Collect the state dict of a stored module."""
    stored = getattr(module, 'stored', {})
    state = {
        f'{prefix}{name}': value.detach().float() if value.is_floating_point() else value
        for group in ('_parameters', '_buffers')
        for name, value in stored.get(group, {}).items()
        if isinstance(value, Tensor)
    }
    for name, child in stored.get('_modules', {}).items():
        if isinstance(child, Inert):
            state |= tensors_of(child, f'{prefix}{name}.')
    return state
