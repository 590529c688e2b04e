"""Open checkpoints of Ultralytics, which hold whole models, without running what is in them."""

from collections.abc import Sequence
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import nn
from torchvision.ops import MLP
from ultralytics.nn.tasks import load_checkpoint

from ..compat import mend_ultralytics
from ..models.aux import WiidAux
from ..models.mask_token import MaskToken
from ..weights.refusal import refusal


def allow(model: type[nn.Module]) -> None:
    """Turn the safe loader of Ultralytics on, and let it build a paired model and its parts."""
    mend_ultralytics()
    torch.serialization.add_safe_globals([model, WiidAux, MaskToken, MLP])


def open_checkpoint(path: str | Path) -> tuple[nn.Module, dict]:
    """Give the model, in float32, and all that lies beside it.

    Raises:
        FileNotFoundError: If there is no such file.
        pickle.UnpicklingError: If it asks for anything but models of Ultralytics and of this package.
        ValueError: If it is damaged, or none of Ultralytics.
    """
    try:
        return load_checkpoint(path)
    except FileNotFoundError:
        raise
    except Exception as error:  # whatever unpickling meets
        told = isinstance(error.__cause__, UnpicklingError) and 'GLOBAL' in str(error.__cause__)
        if told and error.__cause__ is not None:
            raise UnpicklingError(refusal(path, error.__cause__)) from None
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise ValueError(
            f'{path}: is no checkpoint of an Ultralytics detector, or damaged ({lines[0]})'
        ) from None


def names_of(model: nn.Module) -> tuple[str, ...]:
    """The classes of a model of Ultralytics, which keeps them by number or in a list."""
    names: Any = getattr(model, 'names', {})
    return tuple(names.values() if isinstance(names, dict) else names)


def open_for(path: str | Path, names: Sequence[str] | None) -> nn.Module:
    """Give the model of a checkpoint that was trained on these classes; None: on any.

    Raises:
        FileNotFoundError: If there is none.
        pickle.UnpicklingError: If it asks for anything but models of Ultralytics and of this package.
        ValueError: If it is damaged, none of Ultralytics, or of other classes.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f'{path}: there is no such checkpoint')
    model, _ = open_checkpoint(path)
    found = list(names_of(model))
    if names is not None and found != list(names):
        raise ValueError(
            f'{path}: was trained on the classes {found}, the config has data.names={list(names)}; '
            'take the config that it was trained with'
        )
    return model
