"""The only file that knows upstream defects (mmengine 0.10.7, mmaction2 1.2.0, torch >= 2.6)."""

import os
import pickle
import sys
from functools import wraps
from types import ModuleType

import numpy as np
import torch
from mmcv.transforms import BaseTransform
from mmengine.logging.history_buffer import HistoryBuffer
from mmengine.optim import OneCycleParamScheduler
from mmengine.runner.checkpoint import CheckpointLoader


def mend() -> None:
    """Apply all mends; calling it again changes nothing."""
    torch.serialization.add_safe_globals(_RUNNER_GLOBALS)
    CheckpointLoader.register_scheme('', load_local, force=True)
    _stand_in_for_drn()


# What a checkpoint fetches with ``getattr``: log statistics and the curve of a one-cycle schedule.
_FETCHED = {
    HistoryBuffer: ('min', 'max', 'current', 'mean'),
    OneCycleParamScheduler: ('_annealing_cos', '_annealing_linear'),
}


def _fetch(owner: type, name: str):
    """Stand in for ``getattr`` in a checkpoint.

    Raises:
        pickle.UnpicklingError: If the file asks for anything but what a Runner writes.
    """
    if not isinstance(owner, type) or name not in _FETCHED.get(owner, ()):
        raise pickle.UnpicklingError(f'WeightsUnpickler error: it fetches {name!r} of {owner!r}')
    return getattr(owner, name)


# What an mmengine Runner pickles into its own checkpoints besides tensors.
_RUNNER_GLOBALS = [
    HistoryBuffer,
    OneCycleParamScheduler,
    (_fetch, 'builtins.getattr'),
    np.core.multiarray._reconstruct,
    np.core.multiarray.scalar,
    np.ndarray,
    np.dtype,
    type(np.dtype('float64')),
    type(np.dtype('int64')),
]


def load_local(filename: str, map_location=None):
    """Load a checkpoint file with torch's safe loader, whoever wrote it.

    mmengine 0.10.7 does not resume its own checkpoints on torch >= 2.6: the safe loader refuses the
    log history. The few types that a Runner writes are allowed; everything else stays refused.

    Raises:
        FileNotFoundError: If there is no such file.
        pickle.UnpicklingError: If the file holds anything but tensors and what a Runner writes.
    """
    path = os.path.expanduser(filename)
    if not os.path.isfile(path):
        raise FileNotFoundError(f'{path}: there is no such checkpoint; check the path')
    try:
        return torch.load(path, map_location=map_location, weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        lines = str(error).splitlines() or ['it ends too early']
        if isinstance(error, RuntimeError) and 'PytorchStreamReader' not in lines[0]:
            raise  # not about the file, for example no memory
        reason = next((line for line in lines if 'GLOBAL' in line or 'Unpickler' in line), lines[0])
        raise pickle.UnpicklingError(
            f'{path}: refused, it holds more than tensors and a training state, or is damaged. '
            'Save its state dict alone, where you trust its origin.\n'
            f'The loader says: {reason.strip()}'
        ) from None


def _stand_in_for_drn() -> None:
    """Give mmaction2 1.2.0 the module that its wheel forgot, so that ``mmaction.models`` imports."""
    name = 'mmaction.models.localizers.drn.drn'
    if name in sys.modules:
        return

    class DRN:
        def __init__(self, *args, **kwargs):
            raise NotImplementedError('DRN is missing from the mmaction2 1.2.0 wheel')

    package, module = ModuleType(name.rpartition('.')[0]), ModuleType(name)
    package.__path__, module.DRN = [], DRN
    sys.modules |= {package.__name__: package, name: module}


def mend_shared_draws() -> None:
    """Let every transform share its random draws between a picture and its twin.

    mmcv's ``cache_randomness`` lists a method that a subclass overrides twice, in the parent's list:
    mmpretrain's ``RandomResizedCrop`` then fails under ``share_random_params=True``.
    """
    classes = BaseTransform.__subclasses__()
    while classes:
        cls = classes.pop()
        classes += cls.__subclasses__()
        if '_methods_with_randomness' in vars(cls):
            cls._methods_with_randomness = list(dict.fromkeys(cls._methods_with_randomness))


def mend_bfloat16_scores() -> None:
    """Let mmaction2's heads report accuracy under bfloat16, which their NumPy does not know."""
    module = sys.modules.get('mmaction.models.heads.base')
    if module is None or hasattr(module.BaseHead.loss_by_feat, '__wrapped__'):
        return
    stock = module.BaseHead.loss_by_feat

    @wraps(stock)
    def in_float(self, cls_scores, data_samples):
        return stock(self, cls_scores.float(), data_samples)

    module.BaseHead.loss_by_feat = in_float
