"""Make an epoch's random draws depend on the seed and the epoch alone."""

from functools import partial

from mmengine.dataset import worker_init_fn
from mmengine.dist import get_rank
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
        """Seed torch, numpy and random, here and in the loader's workers.

        mmengine gives the workers the same seed in every epoch, and with it the same draws.
        """
        seed = runner.seed + 1000 * (runner.epoch + 1)
        set_random_seed(seed, diff_rank_seed=True)
        loader = runner.train_dataloader
        loader.worker_init_fn = partial(
            worker_init_fn, num_workers=loader.num_workers, rank=get_rank(), seed=seed + 500
        )
