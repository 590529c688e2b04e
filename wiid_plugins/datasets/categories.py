"""A reader of COCO annotations that compares their categories with the wanted classes."""

from collections.abc import Sequence

from mmdet.datasets.api_wrappers import COCO


class NamedCategories(COCO):
    """pycocotools' reader, which leaves out no category without a word."""

    def __init__(self, annotation_file: str | None = None):
        super().__init__(annotation_file)
        self.file = annotation_file

    def get_cat_ids(
        self, cat_names: Sequence[str] = (), sup_names: Sequence = (), cat_ids: Sequence = ()
    ) -> list[int]:
        """Give the ids of categories in the order of the file.

        Raises:
            ValueError: If the file has not all of them, or in another order, which would give every
                label another meaning than its name.
        """
        there = [category['name'] for category in self.dataset.get('categories', [])]
        if isinstance(cat_names, str):
            raise ValueError(
                f'{self.file}: classes is the text {cat_names!r}; a tuple of one needs a comma: '
                f'({cat_names!r},)'
            )
        lost = [name for name in cat_names if name not in there]
        if lost:
            raise ValueError(
                f'{self.file}: has no category {", ".join(map(repr, lost))}; it has '
                f'{", ".join(map(repr, there[:100]))}. Set metainfo=dict(classes=...) as it has them'
            )
        order = tuple(name for name in there if name in cat_names)
        if order != tuple(cat_names):
            raise ValueError(
                f'{self.file}: has its categories in another order than metainfo.classes, and mmdet '
                f'counts them as the file does; set metainfo=dict(classes={order})'
            )
        return super().get_cat_ids(cat_names, sup_names, cat_ids)
