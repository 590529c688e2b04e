"""Draw the views of a config's training batches, for tools that look at them."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from mmengine.config import Config
from ultralytics.models.yolo.detect import DetectionTrainer

from .options import options_of, plain_dict, write_data
from .trainer import PairedDetectionTrainer, build_views


def drawn_batches(config: Config, batch_size: int, seed: int) -> Iterator[tuple[dict, dict]]:
    """Give each batch of the training twice, whole and masked, as :class:`PairedViews` makes it.

    Raises:
        FileNotFoundError: If there are no pictures.
        ValueError: If the config does not train on pairs.
    """
    options = options_of(config)
    if options.get('darken') is None:
        raise ValueError(f'{config.filename}: trains on single views, there are no pairs to show')
    with TemporaryDirectory() as folder:
        own = dict(model=config.model, data=str(write_data(config, Path(folder))), save_dir=folder)
        own |= dict(batch=batch_size, seed=seed, workers=0, device='cpu', plots=False)
        trainer = PairedDetectionTrainer(overrides=plain_dict(config.train) | own)
        trainer.model = trainer.get_model(config.model, verbose=False)
        loader = trainer.get_dataloader(trainer.data['train'], batch_size, rank=-1)
        views = build_views(trainer, options)
        for batch in loader:
            whole = views.lit(DetectionTrainer.preprocess_batch(trainer, batch))
            yield whole, views.masked(whole)
