"""The stock detection trainer with paired views, auxiliary losses and a momentum encoder."""

import copy
import os
from functools import partial
from pathlib import Path

import torch
from ultralytics.models.yolo.detect import DetectionTrainer
from ultralytics.utils import LOCAL_RANK, LOGGER, RANK
from ultralytics.utils.torch_utils import unwrap_model

from ..compat import load_local
from ..models.mask_token import MaskToken
from ..models.target import MomentumEncoder
from .dark import dark_batches
from .enhanced import EnhancedValidator
from .model import PairedDetectionModel, PyramidEncoder
from .views import PairedViews


class PairedDetectionTrainer(DetectionTrainer):
    """Train a :class:`PairedDetectionModel`; everything else is Ultralytics' own.

    The options travel in the block ``wiid`` of the data YAML, which Ultralytics hands to its worker
    processes and finds again on resume: ``darken``, ``enhance``, ``mask``, ``dark`` (a folder),
    ``aux``, ``tap``, ``joint_forward``. Without the block it is the stock trainer.

    The momentum encoder lives here, outside the model: inside, Ultralytics would train it, average it
    into its own moving average and ship it.
    """

    views: PairedViews
    target: MomentumEncoder | None = None

    def get_model(self, cfg=None, weights=None, verbose: bool = True) -> PairedDetectionModel:
        """Build the paired model; ``weights`` of a stock or a paired model load into it."""
        channels, classes = self.data['channels'], self.data['nc']
        wiid = self.data.get('wiid')
        model = PairedDetectionModel(cfg, channels, classes, verbose and RANK == -1, wiid)
        self.set_model_names_for_load(model)
        if weights:
            model.load(weights)
        return model

    def get_validator(self) -> EnhancedValidator:
        """Validate as the stock trainer does; the pictures of it are drawn right on a CPU too."""
        return EnhancedValidator(
            dataloader=self.test_loader,
            save_dir=self.save_dir,
            args=copy.copy(self.args),
            _callbacks=self.callbacks,
        )

    def resume_training(self, ckpt: dict | None) -> None:
        """Set up views and momentum encoder; the last step of the setup, all weights are in place."""
        model, options = unwrap_model(self.model), self.data.get('wiid') or {}
        self.views = build_views(self, options, model.mask_token)
        if 'byol_loss' in model.columns:
            momentum = model.aux.byol['momentum']
            self.target = MomentumEncoder(PyramidEncoder(model), model.aux.projectors, momentum)
            self.add_callback('on_model_save', partial(save_target, target=self.target))
        super().resume_training(ckpt)

    def preprocess_batch(self, batch: dict) -> dict:
        """Make views and masks of the final pixels, and the slow projections of both views."""
        batch = self.views(super().preprocess_batch(batch))
        if self.target is not None:
            pairs = [batch['img'], batch['night']]
            if unwrap_model(self.model).joint_forward:
                pairs = [torch.cat(pairs)]
            batch['slow'] = slow_projections(self.target, pairs)
        return batch

    def optimizer_step(self) -> None:
        """Take the stock step, then advance the momentum encoder."""
        super().optimizer_step()
        if self.target is not None:
            model = unwrap_model(self.model)
            self.target.update(PyramidEncoder(model), model.aux.projectors)

    def plot_training_samples(self, batch: dict, ni: int) -> None:
        """Plot the day view, and the night view beside it."""
        batch = batch | {k: batch[k].detach() for k in ('img', 'night') if k in batch}
        super().plot_training_samples(batch, ni)
        if 'night' in batch:
            super().plot_training_samples(batch | {'img': batch['night']}, f'{ni}_night')

    def _load_checkpoint_state(self, ckpt: dict) -> None:
        """Load the momentum encoder too: on resume, and when Ultralytics recovers from NaN."""
        super()._load_checkpoint_state(ckpt)
        if self.target is not None:
            load_target(self, self.target, ckpt['epoch'])


def build_views(
    trainer: DetectionTrainer, options: dict, mask_token: MaskToken | None = None
) -> PairedViews:
    """Build the views that ``wiid`` describes; dark pictures are read only where MMD needs them.

    Without the model's ``mask_token`` what is hidden is grey.

    Raises:
        ValueError: If MMD is on without a night view or without dark pictures.
    """
    mmd = (options.get('aux') or {}).get('mmd')
    if mmd and (options.get('darken') is None or not options.get('dark')):
        raise ValueError(
            'wiid.aux.mmd compares night views with unlabelled dark pictures; set wiid.darken and '
            'wiid.dark (a folder), or wiid.aux.mmd=None'
        )
    dark = None
    if mmd:
        batch = trainer.batch_size // max(trainer.world_size, 1)
        args, device = trainer.args, trainer.device
        dark = dark_batches(options['dark'], args.imgsz, batch, args.workers, LOCAL_RANK, device)
    grid = options.get('mask')
    if grid is not None:
        grid = {key: value for key, value in grid.items() if key != 'fill'}
    return PairedViews(options.get('darken'), options.get('enhance'), grid, dark, mask_token)


@torch.no_grad()
def slow_projections(target: MomentumEncoder, passes: list[torch.Tensor]) -> list[torch.Tensor]:
    """Per level ``(2B, out)`` slow projections of day and night views, run pass by pass."""
    levels = zip(*(target.encoder(images) for images in passes), strict=True)
    return target.project([torch.cat(level) for level in levels])


def target_file(trainer: DetectionTrainer) -> Path:
    """Where the momentum encoder is kept, beside ``last.pt``."""
    return trainer.wdir / 'wiid_target.pt'


def save_target(trainer: PairedDetectionTrainer, target: MomentumEncoder) -> None:
    """Save the momentum encoder and its epoch, in full precision."""
    file = target_file(trainer)
    part = file.with_suffix('.part')
    torch.save({'epoch': trainer.epoch, 'target': target.state_dict()}, part)
    os.replace(part, file)


def load_target(trainer: PairedDetectionTrainer, target: MomentumEncoder, epoch: int) -> None:
    """Load the momentum encoder of an epoch; start it from the model where there is none."""
    file = target_file(trainer)
    saved = load_local(str(file), trainer.device) if file.exists() else {}
    if saved.get('epoch') == epoch:
        target.load_state_dict(saved['target'])
        return
    LOGGER.warning(
        f'{file}: holds no momentum encoder of epoch {epoch + 1}; it starts from the model weights'
    )
    model = unwrap_model(trainer.model)
    target.copy_from(PyramidEncoder(model), model.aux.projectors)
