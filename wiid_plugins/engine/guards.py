"""Stop early, with a sentence, on what would waste a training."""

from collections.abc import Iterator
from math import isfinite
from pathlib import Path

import numpy as np
from mmengine.dataset import BaseDataset
from mmengine.hooks import Hook
from torch import nn

from ..datasets.named_clips import clip_sets, name_clips
from ..models.unwrapped import model_of
from ..registry import HOOKS


@HOOKS.register_module()
class FiniteLossHook(Hook):
    """Stop at the first loss that is not a number."""

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None) -> None:
        """Look at the losses of this iteration."""
        values = {k: float(v) for k, v in (outputs or {}).items()}
        bad = {k: v for k, v in values.items() if not isfinite(v)}
        if bad:
            scaler = getattr(runner.optim_wrapper, 'loss_scaler', None)
            raise FloatingPointError(
                f'iteration {runner.iter + 1}: {bad}; the weights are spoilt from here on. Lower '
                f'optim_wrapper.optimizer.lr (now {runner.optim_wrapper.get_lr()["lr"][0]:g}) or set '
                'optim_wrapper.clip_grad=dict(max_norm=1.0)'
                + ('' if scaler is None else ', or train without --amp')
                + '; --resume goes on from the last checkpoint'
            )


@HOOKS.register_module()
class HeadFitsHook(Hook):
    """Compare the data set's class list with the width of the classification head.

    An RPN's head is left out: it tells objects from background, whatever the classes.
    """

    def before_train(self, runner) -> None:
        """Check once, before the first iteration."""
        metainfo = getattr(runner.train_dataloader.dataset, 'metainfo', None) or {}
        classes = metainfo.get('classes')
        for name, width in _heads(model_of(runner)):
            if classes and width != len(classes):
                raise ValueError(
                    f'{name}.num_classes is {width}, the training set has {len(classes)} classes; '
                    f'set num_classes={len(classes)} in the head'
                )


@HOOKS.register_module()
class ClipListHook(Hook):
    """Check all lists of clips before the first iteration; later let errors name clip and line.

    What does not fit is shown with its list and line, and counted: clips that are missing or empty,
    and labels that the head has no class for. Labels of an unlabelled dark stream are not looked at.
    """

    def before_train(self, runner) -> None:
        """Check the lists to train and to validate on."""
        self._check(runner, [runner.train_loop, runner.val_loop])

    def before_test(self, runner) -> None:
        """Check the lists to test on."""
        self._check(runner, [runner.test_loop])

    def _check(self, runner, loops: list) -> None:
        width = min((width for _, width in _heads(model_of(runner))), default=None)
        faults: list[str] = []
        for loop in filter(None, loops):
            name_clips(loop.dataloader.dataset)
            for dataset, labelled in clip_sets(loop.dataloader.dataset):
                faults += _faults(dataset, width if labelled else None)
        if faults:
            faults = list(dict.fromkeys(faults))  # one list may stand in several sets
            shown = '\n  '.join(faults[:10] + ['...'] * (len(faults) > 10))
            raise ValueError(
                f'{len(faults)} fault(s) in the lists of clips; mend the lists, or data_prefix.video '
                f'and num_classes:\n  {shown}'
            )


def _faults(dataset: BaseDataset, classes: int | None) -> Iterator[str]:
    for index, sample in enumerate(dataset.load_data_list(), 1):
        line = sample.get('line', index)  # mmaction2's own lists count blank lines as clips
        where = f'{dataset.ann_file}, line {line}: {sample["filename"]}'
        size, labels = _size_of(sample['filename']), np.atleast_1d(sample['label'])
        if not size:
            yield f'{where}: ' + ('there is no such clip' if size is None else 'the clip is empty')
        elif classes and not ((labels >= 0) & (labels < classes)).all():
            yield f'{where}: label {sample["label"]} is outside the {classes} classes of the head'


def _size_of(clip: str) -> int | None:
    """Bytes of a clip, None where there is none; what is not on a disk is left to the loader."""
    if '://' in clip:
        return 1
    names = [clip] if Path(clip).suffix else [clip, f'{clip}.mp4']  # mmaction2 adds the ending
    return next((Path(name).stat().st_size for name in names if Path(name).is_file()), None)


def _heads(model: nn.Module) -> Iterator[tuple[str, int]]:
    """Name and number of classes of each classifier in a model."""
    for name, module in model.named_modules():
        width = getattr(module, 'num_classes', None)
        # A backbone without a classifier of its own says -1; an RPN tells objects from background.
        if isinstance(width, int) and width > 0 and not name.endswith('rpn_head'):
            yield name, width
