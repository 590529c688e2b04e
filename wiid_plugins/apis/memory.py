"""Images in memory, as the toolboxes take them."""

from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps

IMAGE = np.ndarray | torch.Tensor | Image.Image


def as_pixels(image: Any, name: str) -> np.ndarray:
    """Give an image in memory as ``(H, W, 3)`` RGB: uint8, uint16, or float32 in [0, 1].

    Args:
        image: ``(H, W, 3)`` or ``(H, W)`` BGR, as OpenCV reads it, uint8, uint16 or floats in [0, 1];
            ``(3, H, W)`` RGB tensor, uint8 or floats in [0, 1]; or a PIL image.
        name: In messages.

    Raises:
        TypeError: If it is none of these.
        ValueError: If its shape or its values are others.
    """
    if isinstance(image, Image.Image):
        return np.asarray(ImageOps.exif_transpose(image).convert('RGB'))
    if isinstance(image, torch.Tensor):
        pixels = image.detach().cpu().numpy()
        pixels = pixels.transpose(1, 2, 0) if pixels.ndim == 3 else pixels
    elif isinstance(image, np.ndarray):
        pixels = image[..., ::-1] if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2)
    else:
        raise TypeError(f'{name}: a {type(image).__name__} is no image')
    if pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        raise ValueError(
            f'{name}: has the shape {tuple(image.shape)}; arrays are (H, W, 3) BGR, tensors '
            '(3, H, W) RGB'
        )
    if pixels.dtype.kind == 'f':
        pixels = pixels.astype(np.float32)
        if not 0 <= pixels.min() <= pixels.max() <= 1:  # False for NaN too
            raise ValueError(
                f'{name}: has values from {pixels.min():.4g} to {pixels.max():.4g}; floats go from 0, '
                'black, to 1, white'
            )
    elif pixels.dtype not in (np.uint8, np.uint16):
        raise ValueError(f'{name}: is of {pixels.dtype}; give uint8, uint16 or floats in [0, 1]')
    return np.ascontiguousarray(pixels)
