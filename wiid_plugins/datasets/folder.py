"""Class folders and flat folders, checked when they are opened."""

from pathlib import Path

from mmpretrain.datasets import CustomDataset
from mmpretrain.datasets.custom import get_samples

from ..registry import DATASETS


@DATASETS.register_module()
class ClassFolder(CustomDataset):
    """mmpretrain's ``CustomDataset``, which stops on what it would train through silently.

    Args:
        **kwargs: Of mmpretrain's ``CustomDataset``.

    Raises:
        FileNotFoundError: If the folder is missing or holds no picture.
        ValueError: If a class has no picture, or the class folders are not ``metainfo.classes``; in
            ``test_mode`` there may be fewer.
    """

    def load_data_list(self) -> list[dict]:
        """List the samples after checking the folder."""
        root = Path(self.img_prefix)
        if not root.is_dir():
            raise FileNotFoundError(
                f"{root}: there is no such folder of images; run the dataset's tool in tools/prepare "
                'first, or give another path'
            )
        if not self.with_label or self.ann_file:
            return super().load_data_list()
        self._check_classes(root)
        return super().load_data_list()

    def _find_samples(self) -> list:
        """List images with the places of their folders in the class list."""
        if not self.with_label:
            if not any(self.is_valid_file(str(p)) for p in Path(self.img_prefix).rglob('*')):
                raise FileNotFoundError(f'{self.img_prefix}: no image in this folder or below it')
            return super()._find_samples()
        found = sorted(p.name for p in Path(self.img_prefix).iterdir() if p.is_dir())
        self._metainfo.setdefault('classes', tuple(found))
        places = {name: self.CLASSES.index(name) for name in found}
        samples = get_samples(self.img_prefix, places, self.is_valid_file)[0]
        if not samples:
            raise FileNotFoundError(f'{self.img_prefix}: no picture in folders of classes below it')
        return samples

    def _check_classes(self, root: Path) -> None:
        found = {p.name for p in root.iterdir() if p.is_dir()}
        wanted = set(self.CLASSES or found)
        lost = set() if self.test_mode else wanted - found  # what is tested may lack a class
        if lost or found - wanted:
            raise ValueError(
                f'{root}: its class folders do not fit metainfo.classes; '
                f'missing {sorted(lost)}, unknown {sorted(found - wanted)}'
            )
        empty = [
            name
            for name in sorted(found)
            if not any(self.is_valid_file(str(p)) for p in (root / name).rglob('*'))
        ]
        if empty:
            raise ValueError(
                f'{root}: no picture in class {", ".join(empty)}; add pictures, or remove the '
                'folder and the class'
            )
