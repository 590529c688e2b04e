"""Stop early, with a sentence, on what would waste a training."""

import torch
from mmengine.hooks import Hook

from ..registry import HOOKS
from ._runner import model_of


@HOOKS.register_module()
class FiniteLossHook(Hook):
    """Stop at the first loss that is not a number."""

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None) -> None:
        """Look at the losses of this iteration."""
        bad = {k: float(v) for k, v in (outputs or {}).items() if not torch.isfinite(v).all()}
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
        model = model_of(runner)
        for name, module in model.named_modules():
            width = getattr(module, 'num_classes', None)
            if not classes or not isinstance(width, int) or name.endswith('rpn_head'):
                continue
            if width <= 0:
                continue  # a backbone without a classifier of its own says -1
            if width != len(classes):
                raise ValueError(
                    f'{name}.num_classes is {width}, the training set has {len(classes)} classes; '
                    f'set num_classes={len(classes)} in the head'
                )
