"""Whether the weights of a checkpoint are those of the config's model."""

import logging
from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.logging import print_log
from torch import nn

from ..models.paired import PairedModel
from ..models.unwrapped import model_of
from ..registry import HOOKS


@HOOKS.register_module()
class CheckpointFitsHook(Hook):
    """Test no model that has not got all its weights; say what a training starts without.

    mmengine warns of weights that are missing or of another shape, and goes on with random ones.
    Only the stock model counts: a plain checkpoint may lack the auxiliary parts of a paired one.
    """

    fault: str | None = None

    def after_load_checkpoint(self, runner, checkpoint: dict) -> None:
        """Look what will be loaded; the weights go into the model right after this."""
        model, name = model_of(runner), str(runner._load_from)
        state = checkpoint.get('state_dict', checkpoint)
        found = {k.removeprefix('module.'): v.shape for k, v in state.items() if _is_weight(k, v)}
        wanted, paired = _weights_of(model), isinstance(model, PairedModel)
        if paired and not any(key.startswith('model.') for key in found):
            found = {f'model.{key}': shape for key, shape in found.items()}

        def note(_module: nn.Module, incompatible: Any) -> None:
            missing = [k for k in incompatible.missing_keys if k in wanted]
            self.fault = describe(wanted, found, missing, paired)
            self.name, self.nothing = name, not wanted.keys() & found.keys()
            handle.remove()

        handle = model.register_load_state_dict_post_hook(note)

    def before_test(self, runner) -> None:
        """Refuse to test what does not fit."""
        if self.fault:
            raise ValueError(f'{self.name} does not fit the model of the config: {self.fault}')

    def before_train(self, runner) -> None:
        """Say what the training starts without."""
        if self.fault and self.nothing:
            raise ValueError(f'load_from={self.name} does not fit: {self.fault}')
        if self.fault:
            line = '=' * 30
            print_log(
                f'{line} load_from={self.name}: {self.fault} They start anew. {line}',
                logger='current',
                level=logging.WARNING,
            )


def describe(
    wanted: dict[str, torch.Size], found: dict[str, torch.Size], missing: list[str], paired: bool
) -> str | None:
    """Say in what a checkpoint differs from a model, and what would fit.

    Args:
        wanted: Shapes of the weights of the stock model.
        found: Shapes of those of the checkpoint.
        missing: Names that loading has found missing.
        paired: Whether the model is a paired one.

    Returns:
        None where all is there.
    """
    misshapen = [
        f'{k} {tuple(found[k])}, the model has {tuple(shape)}'
        for k, shape in wanted.items()
        if k in found and found[k] != shape
    ]
    if not missing and not misshapen:
        return None
    own = ('model.', 'aux.', 'target.', 'data_preprocessor.')
    if not paired and found and all(k.startswith(own) for k in found):
        return (
            'it holds a paired model and the config a plain one. Make it plain with '
            '`python tools/export_plain.py`, or take the config that it was trained with.'
        )
    parts = [f'{len(missing)} of {len(wanted)} weights are missing{_some(missing)}'] * bool(missing)
    parts += [f'{len(misshapen)} are of another shape{_some(misshapen)}'] * bool(misshapen)
    return f'{"; ".join(parts)}. Take the config that it was trained with.'


def _some(names: list[str], most: int = 3) -> str:
    return f' ({"; ".join(names[:most])}{"; ..." * (len(names) > most)})'


def _weights_of(model: nn.Module) -> dict[str, torch.Size]:
    """Shapes of the stock model's weights by their names in the whole model."""
    prefix = 'model.' if isinstance(model, PairedModel) else ''
    state = model.state_dict()
    return {k: v.shape for k, v in state.items() if k.startswith(prefix) and _is_weight(k, v)}


def _is_weight(name: str, value: Any) -> bool:
    """Leave out counters and what some checkpoints lack without harm."""
    return isinstance(value, torch.Tensor) and not name.endswith('num_batches_tracked')
