"""Validate a detector of Ultralytics on pictures that are enhanced first."""

from torch import Tensor
from ultralytics.models.yolo.detect import DetectionValidator

from ..translation import Light


class EnhancedValidator(DetectionValidator):
    """The stock validator, with the enhancement that the night views had in training.

    Args:
        enhance: Applied to every picture; None: the stock validator.
        **kwargs: Of the stock validator.
    """

    def __init__(self, enhance: Light | None = None, **kwargs):
        super().__init__(**kwargs)
        self.enhance = enhance

    def preprocess(self, batch: dict) -> dict:
        """Enhance ``img`` ``(B, 3, H, W)`` float RGB in [0, 1] inside its grey borders."""
        batch = super().preprocess(batch)
        if self.enhance is not None:
            shapes = zip(batch['ori_shape'], batch['ratio_pad'], strict=True)
            for image, (shape, (ratio, pad)) in zip(batch['img'], shapes, strict=True):
                inner = inside(image, shape, ratio, pad)
                inner.copy_(self.enhance(inner[None])[0])
        return batch

    def plot_val_samples(self, batch: dict, ni: int) -> None:
        """Draw the truth on a copy: Ultralytics' drawing thread scales the pictures in place."""
        super().plot_val_samples(batch | {'img': batch['img'].clone()}, ni)


def inside(image: Tensor, shape: tuple, ratio: tuple, pad: tuple) -> Tensor:
    """View the picture in its letterbox.

    Args:
        image: ``(3, H, W)``, padded.
        shape: ``(height, width)`` of the file, pixels.
        ratio: ``(y, x)`` scale of the letterbox.
        pad: ``(left, top)`` border, pixels.
    """
    height, width = (round(size * scale) for size, scale in zip(shape, ratio, strict=True))
    left, top = pad
    return image[:, top : top + height, left : left + width]
