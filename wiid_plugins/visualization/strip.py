"""Show in the log what a translation model makes of some training pictures."""

import numpy as np
import torch
from mmengine.dist import master_only
from mmengine.hooks import Hook
from torch import Tensor

from ..models.unwrapped import model_of
from ..registry import HOOKS


@HOOKS.register_module()
class StripHook(Hook):
    """Add a picture of rows 'day | translated | real dark' to the visualizer, under ``strip``.

    The pictures are drawn once, before the first iteration, evenly over the training set; they go
    through its pipeline. The set is a :class:`~wiid_plugins.datasets.WithDark` whose pipelines give
    uint8 BGR.

    Args:
        interval: Epochs, or iterations, between two strips.
        by_epoch: Whether ``interval`` counts epochs.
        pictures: Number of rows.
    """

    def __init__(self, interval: int = 1, by_epoch: bool = True, pictures: int = 4):
        self.interval, self.by_epoch, self.pictures = interval, by_epoch, pictures

    @master_only
    def before_train(self, runner) -> None:
        """Draw the pictures."""
        dataset = runner.train_dataloader.dataset
        places = np.linspace(0, len(dataset) - 1, self.pictures).astype(int)
        samples = [dataset[i] for i in places]
        self.day, self.dark = (torch.stack([s[k] for s in samples]) for k in ('inputs', 'dark'))

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None) -> None:
        """Add a strip if it is time by iterations."""
        if not self.by_epoch and self.every_n_train_iters(runner, self.interval):
            self.add_strip(runner, runner.iter + 1)

    def after_train_epoch(self, runner) -> None:
        """Add a strip if it is time by epochs."""
        if self.by_epoch and self.every_n_epochs(runner, self.interval):
            self.add_strip(runner, runner.epoch + 1)

    @master_only
    @torch.no_grad()
    def add_strip(self, runner, step: int) -> None:
        """Translate the pictures and hand the strip to all visualizer backends."""
        model = model_of(runner)
        inputs = model.data_preprocessor({'inputs': self.day})['inputs']
        night = (model(inputs, mode='tensor').float() * 255).round().byte().cpu()
        columns = [self.day[:, [2, 1, 0]], night, self.dark[:, [2, 1, 0]]]
        runner.visualizer.add_image('strip', _tile(columns), step)


def _tile(columns: list[Tensor]) -> np.ndarray:
    """Columns of n pictures ``(n, 3, H, W)`` uint8 -> ``(n H, columns W, 3)``."""
    rows = torch.cat(columns, dim=3)
    return torch.cat(list(rows), dim=1).permute(1, 2, 0).contiguous().numpy()
