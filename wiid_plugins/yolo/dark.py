"""The unlabelled dark pictures that MMD compares the night views with."""

from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import Dataset
from torchvision.transforms import v2
from ultralytics.data import build_dataloader
from ultralytics.data.utils import IMG_FORMATS

from ..images import SUFFIXES, as_bytes, decode


class DarkPictures(Dataset):
    """Random square crops of all images below a folder, ``(3, S, S)`` uint8 RGB.

    Of any kind that :func:`~wiid_plugins.images.decode` reads, rounded to the 8 bits of Ultralytics.
    Crops rather than letterboxed pictures, since the grey borders would be enhanced too.

    Args:
        folder: Where the pictures are; labels beside them are never read.
        imgsz: S, pixels.

    Raises:
        FileNotFoundError: If there is no picture.
    """

    def __init__(self, folder: str, imgsz: int):
        kinds = SUFFIXES | {f'.{kind}' for kind in IMG_FORMATS}
        self.files = sorted(str(p) for p in Path(folder).rglob('*.*') if p.suffix.lower() in kinds)
        if not self.files:
            raise FileNotFoundError(
                f'{folder}: no picture here; wiid.dark names the folder of unlabelled dark pictures '
                'that aux.mmd needs'
            )
        self.crop = v2.Compose(
            [v2.RandomResizedCrop(imgsz, scale=(0.5, 1.0)), v2.RandomHorizontalFlip()]
        )

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> Tensor:
        return self.crop(torch.from_numpy(as_bytes(decode(self.files[index]))).permute(2, 0, 1))


def dark_batches(
    folder: str, imgsz: int, batch: int, workers: int, rank: int, device: torch.device
) -> Iterator[Tensor]:
    """Give shuffled batches ``(M, 3, S, S)`` uint8 RGB without end, M being ``batch`` at most."""
    loader = build_dataloader(
        DarkPictures(folder, imgsz), batch, workers, rank=rank, drop_last=True, device=device
    )
    epoch = 0
    while True:
        if rank != -1:
            loader.sampler.set_epoch(epoch)
        yield from loader
        epoch += 1
