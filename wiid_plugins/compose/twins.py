"""Night views that are stored on disk, in the training set of a classifier."""

from mmengine.config import Config, ConfigDict

from .own import innermost

GEOMETRY = ('Resize', 'Rescale', 'Crop', 'Flip', 'Pad')


def load_twins(cfg: Config, folder: str) -> None:
    """Load the twin of every day image, and let all geometry run over both with one draw.

    What changes light is left out: it would part day from night.

    Args:
        cfg: Changed in place: the pipeline of the training set.
        folder: The tree of twins, with the names of the day images.

    Raises:
        ValueError: If it is no training set of class folders.
    """
    train = innermost(cfg.train_dataloader.dataset)
    if train['type'] != 'wiid_plugins.ClassFolder':
        raise ValueError(
            f'wiid.darken.method=stored takes class folders (wiid_plugins.ClassFolder), the training '
            f'set is {train["type"]}'
        )
    load, *steps, pack = train.pipeline
    train.pipeline = [
        load,
        ConfigDict(type='wiid_plugins.LoadTwin', day_root=train.data_prefix, twin_root=folder),
        ConfigDict(
            type='TransformBroadcaster',
            mapping=dict(img=['img', 'img_night']),
            auto_remap=True,
            share_random_params=True,
            transforms=[s for s in steps if any(part in s['type'] for part in GEOMETRY)],
        ),
        ConfigDict(type='wiid_plugins.PackTwin', pack=pack),
    ]
