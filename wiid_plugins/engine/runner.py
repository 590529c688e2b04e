"""The Runner of this package: mmengine's, which does not train for nothing."""

import ast
import copy
import logging
from collections.abc import Sequence
from pathlib import Path
from urllib.error import URLError

from mmengine.config import Config
from mmengine.logging import print_log
from mmengine.runner import BaseLoop, Runner, find_latest_checkpoint

from ..compose import compose
from ..compose.backends import packages_of
from ..registry import RUNNERS


@RUNNERS.register_module()
class PairedRunner(Runner):
    """Know the block ``wiid``, refuse a training without a step, resume from the files beside the log.

    The launchers of the toolboxes build it for ``runner_type='wiid_plugins.PairedRunner'``.

    A resumed training goes on with the schedules of its checkpoint, as mmengine's does, and says so
    where it is to be longer; ``stretch_schedule=True`` in the config stretches them, as if they had
    been that long from the first step on. A warm-up is stretched as well.
    """

    _load_from: str | None

    @classmethod
    def from_cfg(cls, cfg: Config) -> Runner:
        """Lay the block ``wiid`` on the config, and build what that gives."""
        packages_of(cfg)
        return super().from_cfg(compose(cfg))

    def build_train_loop(self, loop: BaseLoop | dict) -> BaseLoop:
        """Build the loop, unless it would be empty.

        Raises:
            ValueError: With the number of epochs, or of images, the batch size and the processes.
        """
        built = super().build_train_loop(loop)
        loader = built.dataloader
        if built.max_iters < 1 and len(loader):
            raise ValueError(
                f'train_cfg is {dict(self.cfg.train_cfg)}: nothing would be trained. Set max_epochs or '
                'max_iters to 1 or more'
            )
        if len(loader) == 0:
            raise ValueError(
                f'the training set has {len(loader.dataset)} images, too few for one batch of '
                f'{loader.batch_size} on each of {self.world_size} process(es) with '
                f'drop_last={loader.drop_last}: nothing would be trained. Set '
                'train_dataloader.batch_size lower, or train_dataloader.drop_last=False'
            )
        return built

    def load_or_resume(self) -> None:
        """Load or resume; of a copied run the copy's own checkpoint."""
        if self._resume and self._load_from is None:
            latest = find_latest_checkpoint(self.work_dir)
            beside = Path(self.work_dir, Path(latest or '').name)
            if latest and beside.is_file():
                self._load_from = str(beside)
        super().load_or_resume()

    def load_checkpoint(self, *args, **kwargs) -> dict:
        """Load, and keep the text of the config that the checkpoint was trained with.

        Raises:
            OSError: If it is to come over the network, and does not.
        """
        try:
            checkpoint = super().load_checkpoint(*args, **kwargs)
        except URLError as error:
            raise OSError(
                f'{self._load_from}: could not be downloaded ({error.reason}); check the network, or '
                'start without it: --cfg-options load_from=None'
            ) from error
        self._trained_with = (checkpoint.get('meta') or {}).get('cfg')
        return checkpoint

    def resume(self, filename: str, *args, **kwargs) -> None:
        """Resume, and look after schedules that were made for a shorter training."""
        super().resume(filename, *args, **kwargs)
        length = self.cfg.train_cfg.get('max_epochs') or self.cfg.train_cfg.get('max_iters')
        before = length_of(self._trained_with)
        if not before or not length or length <= before or not self.cfg.get('param_scheduler'):
            return
        if self.cfg.get('stretch_schedule'):
            self._stretch(length / before)
            return
        print_log(
            f'{filename} was to train for {before}, now it is to be {length}, and --resume goes on '
            f'with its schedules: the learning rate is {self.optim_wrapper.get_lr()["lr"][0]:g} and '
            'may stay there. To stretch them, add --cfg-options stretch_schedule=True',
            logger='current',
            level=logging.WARNING,
        )

    def _stretch(self, factor: float) -> None:
        """Bring schedules of the config, made longer, to where the training stands."""
        for group in self.optim_wrapper.param_groups:
            for key in [k for k in group if k.startswith('initial_')]:
                group[key.removeprefix('initial_')] = group[key]
        config = stretched(self.cfg.param_scheduler, factor)
        schedulers = self.param_schedulers = self.build_param_scheduler(config)
        for step in range(1, self.iter + 1):
            for scheduler in schedulers:
                if not scheduler.by_epoch or step % len(self.train_dataloader) == 0:
                    scheduler.step()


def length_of(config: str | None) -> int | None:
    """Read epochs, or iterations, of a training off its config's text, which is not run.

    A text that comes with a checkpoint may be anybody's; None where it does not say.
    """
    try:
        lines = ast.parse(config or '').body
    except SyntaxError:
        return None
    for line in lines:
        if isinstance(line, ast.Assign) and isinstance(line.value, ast.Call):
            names = [target.id for target in line.targets if isinstance(target, ast.Name)]
            values = {k.arg: k.value for k in line.value.keywords}
            length = values.get('max_epochs', values.get('max_iters'))
            number = length.value if isinstance(length, ast.Constant) else None
            if names == ['train_cfg'] and isinstance(number, int):
                return number
    return None


def stretched(schedules: dict | Sequence[dict], factor: float) -> list[dict]:
    """Make what counts the epochs or iterations of schedules larger by a factor."""
    schedules = [schedules] if isinstance(schedules, dict) else schedules
    longer = [copy.deepcopy(dict(s)) for s in schedules]
    for schedule in longer:
        for key in schedule.keys() & {'end', 'T_max', 'total_steps'}:
            schedule[key] = round(schedule[key] * factor)
        if 'milestones' in schedule:
            schedule['milestones'] = [round(m * factor) for m in schedule['milestones']]
    return longer
