"""The only file that knows defects in upstream code (mmcv 2.1.0, mmengine 0.10.7, mmaction2 1.2.0).

The package imports it at once, for `mend_bases`, and is to start without torch: what imports torch is
imported where it is needed.
"""

from __future__ import annotations

import os
import pickle
import pkgutil
import sys
from collections.abc import Callable
from functools import wraps
from importlib.abc import Loader
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from mmengine.config import Config

from .shipped import PREFIX, config
from .weights.refusal import refusal, runs_code

if TYPE_CHECKING:
    import numpy as np


def mend() -> None:
    """Apply all mends; calling it again changes nothing."""
    import torch
    from mmengine.runner.checkpoint import CheckpointLoader

    mend_bases()
    torch.serialization.add_safe_globals(_runner_globals())
    CheckpointLoader.register_scheme('', load_local, force=True)
    _mend_downloads()
    _mend_hue()
    if not hasattr(pkgutil, 'find_loader'):  # mmengine asks it for mmcv's operators
        pkgutil.find_loader = _find_loader  # type: ignore[assignment]


def mend_bases() -> None:
    """Let ``_base_`` name configs of this package, as ``'wiid_plugins::_base_/wiid_det.py'``.

    mmengine knows the packages of OpenMMLab only. Another entry in its list would not do: it looks
    for an installed package, not for a checkout, and has everything in such a config built in that
    package's scope, the toolbox's own parts too. These configs are read as local ones are.
    """
    stock = Config._get_cfg_path
    if hasattr(stock, '__wrapped__'):
        return

    @wraps(stock)
    def find(cfg_path: str, filename: str) -> tuple[str, str | None]:
        if cfg_path.startswith(PREFIX):
            return config(cfg_path), None
        return stock(cfg_path, filename)

    Config._get_cfg_path = staticmethod(find)


def _fetched() -> dict[type, tuple[str, ...]]:
    """What a checkpoint fetches with ``getattr``: log statistics and the curve of a schedule."""
    from mmengine.logging.history_buffer import HistoryBuffer
    from mmengine.optim import OneCycleParamScheduler

    return {
        HistoryBuffer: ('min', 'max', 'current', 'mean'),
        OneCycleParamScheduler: ('_annealing_cos', '_annealing_linear'),
    }


def _fetch(owner: object, name: str):
    """Stand in for ``getattr`` in a checkpoint.

    Raises:
        pickle.UnpicklingError: If the file asks for anything but what a Runner or Ultralytics writes.
    """
    import torch

    cls = owner if isinstance(owner, type) else type(owner)
    if issubclass(cls, torch.nn.Module) and name in ('forward', 'forward_fuse'):
        return getattr(owner, name)  # heads of segmentation, pose and classification hold theirs
    if not isinstance(owner, type) or name not in _fetched().get(owner, ()):
        raise pickle.UnpicklingError(f'WeightsUnpickler error: it fetches {name!r} of {owner!r}')
    return getattr(owner, name)


def _made_by(value: np.ndarray | np.generic) -> Callable:
    """Give the function that unpickles a value of NumPy."""
    made = value.__reduce__()
    assert isinstance(made, tuple)  # a string would name a global
    return made[0]


def _named_by_either_numpy(function: Callable) -> list[tuple[Callable, str]]:
    """Name a function of NumPy's multiarray as NumPy 1 and 2 do: a run may change between them."""
    return [
        (function, f'numpy.{core}.multiarray.{function.__name__}') for core in ('core', '_core')
    ]


def _runner_globals() -> list[Any]:
    """What an mmengine Runner pickles into its own checkpoints besides tensors."""
    import numpy as np

    return [
        *_fetched(),
        (_fetch, 'builtins.getattr'),
        *_named_by_either_numpy(_made_by(np.zeros(0))),
        *_named_by_either_numpy(_made_by(np.float64())),
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
    import torch

    path = os.path.expanduser(filename)
    if not os.path.isfile(path):
        raise FileNotFoundError(f'{path}: there is no such checkpoint; check the path')
    try:
        return torch.load(path, map_location=map_location, weights_only=not runs_code())
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
        known = ('PytorchStreamReader', 'TorchScript', 'legacy .tar')
        if isinstance(error, RuntimeError) and not any(name in str(error) for name in known):
            raise  # not about the file, for example no memory
        raise pickle.UnpicklingError(refusal(path, error)) from None


def _mend_downloads() -> None:
    """Let mmengine load what it downloads as it loads a file: torch's hub runs what is in a pickle."""
    from mmengine.runner import checkpoint

    stock = checkpoint.load_url
    if hasattr(stock, '__wrapped__'):
        return

    @wraps(stock)
    def load(url: str, *args, **kwargs):
        try:
            return stock(url, *args, weights_only=not runs_code(), **kwargs)
        except pickle.UnpicklingError as error:
            raise pickle.UnpicklingError(refusal(url, error)) from None

    checkpoint.load_url = load


def mend_ultralytics() -> None:
    """Let Ultralytics open checkpoints with its own safe loader, which is off by default.

    It then builds no module from text with ``eval`` either. Its processes inherit the setting. What
    takes the optimizer out of a finished training's files goes through that loader as well.
    """
    from ultralytics.nn import tasks
    from ultralytics.utils import torch_utils

    if runs_code():
        return
    os.environ['ULTRALYTICS_SAFE_LOAD'] = '1'
    tasks.SAFE_LOAD = True
    torch_utils.torch_load = lambda file, map_location: tasks.torch_safe_load(file)[0]


def _find_loader(name: str) -> Loader | None:
    """Do what ``pkgutil.find_loader`` did, which Python 3.14 has no more."""
    spec = find_spec(name)
    return None if spec is None else spec.loader


class _Hue(float):
    """A shift of hue in turns, whose 255ths wrap around."""

    def __mul__(self, number: float) -> int:
        return int(float(self) * number) % 256


def _mend_hue() -> None:
    """Let ``mmcv.adjust_hue`` turn hue back: NumPy 2 makes no uint8 of a negative number."""
    import mmcv

    stock = mmcv.image.photometric.adjust_hue
    if hasattr(stock, '__wrapped__'):
        return

    @wraps(stock)
    def turn(img: np.ndarray, hue_factor: float, backend: str | None = None) -> np.ndarray:
        return stock(img, _Hue(hue_factor), backend)

    for module in (mmcv, mmcv.image, mmcv.image.photometric):
        module.adjust_hue = turn


def mend_shared_draws() -> None:
    """Let every transform share its random draws between a picture and its twin.

    mmcv's ``cache_randomness`` lists a method that a subclass overrides twice, in the parent's list:
    mmpretrain's ``RandomResizedCrop`` then fails under ``share_random_params=True``.
    """
    from mmcv.transforms import BaseTransform

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
