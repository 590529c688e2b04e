"""Draw the views of a config's training batches, for tools that look at them."""

from collections.abc import Iterator

from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner, set_random_seed

from wiid_plugins.engine.guards import name_clips
from wiid_plugins.models.preprocessor import Drawn, PairedPreprocessor
from wiid_plugins.registry import MODELS


def drawn_batches(
    config: Config, batch_size: int, seed: int
) -> Iterator[tuple[PairedPreprocessor, dict, Drawn]]:
    """Give the preprocessor, a batch of the loader and what is drawn from it, as the training does.

    Raises:
        ValueError: If the config does not train on pairs.
    """
    if config.default_scope == 'ultralytics':
        raise ValueError(
            f'{config.filename}: is of Ultralytics; this tool reads configs of the other toolboxes'
        )
    preprocessor = config.model.get('data_preprocessor') or {}
    if not preprocessor.get('type', '').startswith('wiid_plugins.'):
        raise ValueError(f'{config.filename}: trains on single views, there are no pairs to show')
    init_default_scope(config.default_scope)
    set_random_seed(seed)
    loader = dict(batch_size=batch_size, num_workers=0, drop_last=False)
    loader |= dict(collate_fn=dict(type='pseudo_collate'), persistent_workers=False)
    loader = Runner.build_dataloader({**config.train_dataloader, **loader}, seed=seed)
    name_clips(loader.dataset)
    preprocessor = MODELS.build(preprocessor)
    for data in loader:
        yield preprocessor, data, preprocessor.draw(data)
