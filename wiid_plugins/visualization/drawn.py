"""Draw the views of a config's training batches, for tools that look at them."""

from collections.abc import Iterator
from typing import Any

from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner, set_random_seed
from torch import Tensor

from ..datasets.named_clips import name_clips
from ..models.preprocessor import Drawn, PairedPreprocessor
from ..registry import MODELS


def drawn_batches(
    config: Config, batch_size: int, seed: int
) -> Iterator[tuple[PairedPreprocessor, dict, Drawn]]:
    """Give the preprocessor, a batch of the loader and what is drawn from it, as the training does.

    Not for configs of Ultralytics: :func:`wiid_plugins.yolo.drawn.drawn_batches` is.

    Raises:
        ValueError: If the config does not train on pairs.
    """
    preprocessor = config.model.get('data_preprocessor') or {}
    if not preprocessor.get('type', '').startswith('wiid_plugins.'):
        raise ValueError(f'{config.filename}: trains on single views, there are no pairs to show')
    init_default_scope(config.default_scope)
    set_random_seed(seed)
    own: dict[str, Any] = dict(batch_size=batch_size, num_workers=0, drop_last=False)
    own |= dict(collate_fn=dict(type='pseudo_collate'), persistent_workers=False)
    loader = Runner.build_dataloader({**config.train_dataloader, **own}, seed=seed)
    name_clips(loader.dataset)
    preprocessor = MODELS.build(preprocessor)
    for data in loader:
        yield preprocessor, data, preprocessor.draw(data)


def frames(clips: Tensor) -> Tensor:
    """Samples as a loader of clips gives them -> ``(N, frames, 3, H, W)``."""
    return clips.transpose(2, 3).flatten(1, 2) if clips.ndim == 6 else clips
