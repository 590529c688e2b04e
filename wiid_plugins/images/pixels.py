"""Numbers of image files, and what is light in them."""

import numpy as np

MOST_PIXELS = 178_956_970  # where Pillow takes a file for a decompression bomb
DEEP = 65535  # white in 16 bits
TURNS = {  # of EXIF: quarter turns to the left, then whether left and right change places
    **{2: (0, True), 3: (2, False), 4: (2, True), 5: (3, True), 6: (3, False)},
    **{7: (1, True), 8: (1, False)},
}


class UnreadableImageError(ValueError):
    """A file that is damaged, no image, or has numbers that are no light.

    Attributes:
        reason: What is wrong and the mend, without the name of the file.
    """

    def __init__(self, path: object, reason: str):
        super().__init__(f'{path}: {reason}')
        self.reason = reason


class RefusedError(ValueError):
    """What is no light in a file that can be read otherwise.

    Args:
        fault: What is wrong.
        mend: What the user can do.
    """

    def __init__(self, fault: str, mend: str):
        super().__init__(fault)
        self.mend = mend


def as_floats(pixels: np.ndarray) -> np.ndarray:
    """``(..., 3)`` uint8, uint16 or float32 in [0, 1] -> float32 in [0, 1]."""
    if pixels.dtype == np.float32:
        return pixels
    return pixels.astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max)


def as_bytes(pixels: np.ndarray) -> np.ndarray:
    """``(..., 3)`` uint8, uint16 or float32 in [0, 1] -> uint8, rounded; uint8 as it is."""
    if pixels.dtype == np.uint8:
        return pixels
    return (as_floats(pixels) * 255).round().astype(np.uint8)


def check_size(width: int, height: int) -> None:
    """Refuse what would fill the memory.

    Raises:
        RefusedError: If so.
    """
    if width * height > MOST_PIXELS:
        fault = f'{width} x {height} px could be a decompression bomb'
        raise RefusedError(fault, f'cut it into parts of at most {MOST_PIXELS:,} px')


def light(numbers: np.ndarray, white: int | None = None) -> np.ndarray:
    """Give the light of an image whose numbers are more than bytes.

    Args:
        numbers: ``(H, W)`` or ``(H, W, C)``, integers or floats.
        white: The integer that is white; None: floats, whose white is 1.

    Returns:
        Same shape; uint16 if its white is 65535 at most, otherwise float32 in [0, 1].

    Raises:
        RefusedError: If numbers lie outside of black and white, or are NaN.
    """
    low, high = (float(f(numbers)) for f in (np.min, np.max))  # NaN if there is one
    top = 1 if white is None else white
    if not 0 <= low <= high <= top:
        value = high if low >= 0 else low
        fault = f'holds the value {value:.6g}, and light goes from 0, black, to {top}, white'
        raise RefusedError(fault, 'scale its values, or save it with 8 or 16 bits')
    if white is None:
        return numbers.astype(np.float32)
    if white == DEEP:
        return numbers.astype(np.uint16)
    share = numbers.astype(np.float64) / white
    return (share * DEEP).round().astype(np.uint16) if white < DEEP else share.astype(np.float32)


def three_channels(pixels: np.ndarray) -> np.ndarray:
    """Grey or colour, with transparency or without, -> ``(H, W, 3)``; transparency is dropped."""
    if pixels.ndim == 3 and pixels.shape[2] >= 3:
        return pixels[..., :3]
    grey = pixels if pixels.ndim == 2 else pixels[..., 0]
    return np.repeat(grey[..., None], 3, axis=2)


def turn(pixels: np.ndarray, orientation: object) -> np.ndarray:
    """Turn ``(H, W)`` or ``(H, W, C)`` upright by the orientation 1 to 8 of EXIF; others say nothing."""
    turns, mirrored = TURNS.get(orientation, (0, False)) if isinstance(orientation, int) else (0, 0)
    if not turns and not mirrored:
        return pixels
    turned = np.rot90(pixels, turns)
    return np.ascontiguousarray(turned[:, ::-1] if mirrored else turned)
