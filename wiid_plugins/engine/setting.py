"""Say which unlabelled dark data a model has seen."""

from mmengine.hooks import Hook
from mmengine.logging import print_log

from ..registry import HOOKS


@HOOKS.register_module()
class SettingHook(Hook):
    """State the setting in the log and in every checkpoint's meta, under ``wiid``.

    ``zero-shot``: no real dark picture in training; ``unsupervised``: unlabelled ones, named.
    """

    def before_train(self, runner) -> None:
        """Log the setting."""
        dark = getattr(runner.train_dataloader.dataset, 'dark', None)
        self.setting = {'setting': 'zero-shot', 'unlabelled_dark': None}
        if dark is not None:
            root = getattr(dark, 'img_prefix', None) or type(dark).__name__
            self.setting = {
                'setting': 'unsupervised',
                'unlabelled_dark': f'{root} ({len(dark)} pictures)',
            }
        self.setting['selection'] = next(
            (f'best {h.save_best}' for h in runner.hooks if getattr(h, 'save_best', None)), 'last'
        )
        print_log(f'Setting: {self.setting}', logger='current')

    def before_save_checkpoint(self, runner, checkpoint: dict) -> None:
        """Write it into the checkpoint."""
        checkpoint['meta']['wiid'] = self.setting
