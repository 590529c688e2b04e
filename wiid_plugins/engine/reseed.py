"""Make an epoch's random draws depend on the seed and the epoch alone."""

from mmengine.hooks import Hook
from mmengine.runner import set_random_seed

from ..registry import HOOKS


@HOOKS.register_module()
class ReseedHook(Hook):
    """Seed all generators anew before every epoch, so that a resumed run repeats the unbroken one.

    Loaders must not keep their workers over epochs (``persistent_workers=False``): a worker's stream
    would go on from where it was. Every process draws its own numbers.
    """

    priority = 'VERY_HIGH'

    def before_train_epoch(self, runner) -> None:
        """Seed torch, numpy and random."""
        set_random_seed(runner.seed + 1000 * (runner.epoch + 1), diff_rank_seed=True)
