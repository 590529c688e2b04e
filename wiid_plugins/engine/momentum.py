"""Advance the momentum encoder."""

from mmengine.hooks import Hook
from mmengine.runner import Runner

from ..models.unwrapped import model_of
from ..registry import HOOKS


@HOOKS.register_module()
class MomentumHook(Hook):
    """Advance the momentum encoder once per optimizer step.

    Not once per forward pass: under gradient accumulation only the iteration that steps counts, and
    a step that AMP's gradient scaler skipped does not.
    """

    priority = 'ABOVE_NORMAL'  # before a checkpoint of the same iteration is written

    def before_train(self, runner) -> None:
        """Refuse strategies under which the online weights are not whole on a process."""
        if not isinstance(runner, Runner):
            raise RuntimeError(
                'the momentum encoder needs whole weights on every process: FSDP and DeepSpeed '
                '(FlexibleRunner) are not supported, use DDP (runner_type unset)'
            )
        self._scale = _loss_scale(runner)

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None) -> None:
        """Advance it if the optimizer has just stepped."""
        if not runner.optim_wrapper.should_update():
            return
        before, self._scale = self._scale, _loss_scale(runner)
        if self._scale < before:  # overflow: the scaler skipped the step and backed off
            return
        model = model_of(runner)
        model.update_target()


def _loss_scale(runner) -> float:
    scaler = getattr(runner.optim_wrapper, 'loss_scaler', None)
    return 0.0 if scaler is None else scaler.get_scale()
