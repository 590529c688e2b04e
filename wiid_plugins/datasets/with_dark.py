"""A labelled day set with a stream of unlabelled dark pictures beside it."""

import numpy as np
from mmengine.dataset import BaseDataset
from torch.utils.data import Dataset

from ..registry import DATASETS


@DATASETS.register_module()
class WithDark(Dataset):
    """Lay a randomly drawn unlabelled dark picture beside every sample, under the key ``dark``.

    The draw uses numpy's stream, which mmengine seeds in every loader process.

    Args:
        dataset: Config of the labelled day set.
        dark: Config of the unlabelled set; its pictures must come out at the size of the day set's.
    """

    def __init__(self, dataset: dict, dark: dict):
        self.dataset: BaseDataset = DATASETS.build(dataset)
        self.dark: BaseDataset = DATASETS.build(dark)

    @property
    def metainfo(self) -> dict:
        """Of the labelled set."""
        return self.dataset.metainfo

    def full_init(self) -> None:
        """Initialise both sets."""
        self.dataset.full_init()
        self.dark.full_init()

    def get_data_info(self, index: int) -> dict:
        """Of the labelled set."""
        return self.dataset.get_data_info(index)

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: int) -> dict:
        sample = self.dataset[index]
        dark = self.dark[np.random.randint(len(self.dark))]
        return {**sample, 'dark': dark['inputs']}
