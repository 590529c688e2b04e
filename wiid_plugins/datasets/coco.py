"""COCO data sets whose categories are those of the config."""

from torch.utils.data import Dataset

from ..registry import DATASETS


@DATASETS.register_module(name='CheckedCoco')
def checked_coco(lazy_init: bool = False, **kwargs) -> Dataset:
    """Build mmdet's ``CocoDataset``, which then stops where classes and categories do not fit.

    A function, so that only detection imports mmdet.

    Args:
        lazy_init: Read the annotations later.
        **kwargs: Of mmdet's ``CocoDataset``.

    Raises:
        ValueError: If the annotations have not all classes, or in another order.
    """
    from mmdet.datasets import CocoDataset

    from .categories import NamedCategories

    dataset = CocoDataset(lazy_init=True, **kwargs)
    dataset.COCOAPI = NamedCategories
    if not lazy_init:
        dataset.full_init()
    return dataset
