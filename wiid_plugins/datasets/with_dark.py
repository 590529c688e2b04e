"""A day set with a stream of unlabelled dark pictures beside it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from mmengine.dataset import BaseDataset
from torch.utils.data import Dataset

from ..registry import DATASETS


@DATASETS.register_module()
class WithDark(Dataset):
    """Lay a randomly drawn unlabelled dark picture beside every sample, under the key ``dark``.

    The draw uses numpy's stream, which mmengine seeds in every loader process.

    Args:
        dataset: Config of the labelled day set; for CUT, which learns light alone, an unlabelled one.
        dark: Config of the unlabelled set; its pictures must come out at the size of the day set's.

    Raises:
        ValueError: If the unlabelled set is empty.
    """

    def __init__(self, dataset: dict, dark: dict):
        self.dataset: BaseDataset = DATASETS.build(dataset)
        self.name = Path(dark.get('data_root') or '', dark.get('ann_file') or str(dark['type']))
        with _empty_is_named(self.name):
            self.dark: BaseDataset = DATASETS.build(dark)

    @property
    def metainfo(self) -> dict:
        """Of the day set."""
        return self.dataset.metainfo

    @property
    def pipeline(self) -> Callable:
        """Of the day set, which ``PipelineSwitchHook`` exchanges."""
        return self.dataset.pipeline

    @pipeline.setter
    def pipeline(self, pipeline: Callable) -> None:
        self.dataset.pipeline = pipeline

    def update_skip_type_keys(self, skip_type_keys: Sequence[str]) -> None:
        """Let a day set that mixes images skip transforms, as ``YOLOXModeSwitchHook`` wants it."""
        self.dataset.update_skip_type_keys(skip_type_keys)

    def full_init(self) -> None:
        """Initialise both sets."""
        self.dataset.full_init()
        with _empty_is_named(self.name):
            self.dark.full_init()

    def get_data_info(self, index: int) -> dict:
        """Of the day set."""
        return self.dataset.get_data_info(index)

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: int) -> dict | list[dict]:
        sample = self.dataset[index]
        if isinstance(sample, list):  # mmaction2's RepeatAugDataset gives a clip several times
            return [self._beside_dark(repeat) for repeat in sample]
        return self._beside_dark(sample)

    def _beside_dark(self, sample: dict) -> dict:
        dark = self.dark[np.random.randint(len(self.dark))]
        return {**sample, 'dark': dark['inputs']}


@contextmanager
def _empty_is_named(name: Path) -> Iterator[None]:
    """Say which set is empty; mmengine packs it with NumPy, whose error names nothing."""
    try:
        yield
    except ValueError as error:
        if 'need at least one array' not in str(error):
            raise
        raise ValueError(
            f'{name}: holds no unlabelled dark image or clip; add some, or train without: '
            'wiid.dark=None'
        ) from error
