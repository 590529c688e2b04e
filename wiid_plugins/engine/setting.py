"""Say which unlabelled dark data a model has seen."""

from mmengine.hooks import Hook
from mmengine.logging import print_log

from ..models.unwrapped import model_of
from ..registry import HOOKS


@HOOKS.register_module()
class SettingHook(Hook):
    """State the setting in the log and in every checkpoint's meta, under ``wiid``.

    ``zero-shot``: no real dark picture in training; ``unsupervised``: unlabelled ones, named, or a
    darkening or enhancement network, which has seen some.
    """

    def before_train(self, runner) -> None:
        """Log the setting."""
        dark = getattr(runner.train_dataloader.dataset, 'dark', None)
        self.setting = {'setting': 'zero-shot', 'unlabelled_dark': None}
        if dark is not None:
            names = (getattr(dark, name, None) for name in ('img_prefix', 'ann_file'))
            root = next(filter(None, names), type(dark).__name__)
            self.setting['unlabelled_dark'] = f'{root} ({len(dark)} pictures)'
        views = getattr(model_of(runner), 'data_preprocessor', None)
        for name in ('darken', 'enhance'):
            weights = getattr(getattr(views, name, None), 'weights', None)
            if weights is not None:
                self.setting[name] = str(weights)
        if dark is not None or len(self.setting) > 2:
            self.setting['setting'] = 'unsupervised'
        self.setting['selection'] = next(
            (f'best {h.save_best}' for h in runner.hooks if getattr(h, 'save_best', None)), 'last'
        )
        print_log(f'Setting: {self.setting}', logger='current')

    def before_save_checkpoint(self, runner, checkpoint: dict) -> None:
        """Write it into the checkpoint."""
        checkpoint['meta']['wiid'] = self.setting
