"""What cameras and phones write: RAW by LibRaw, HEIC by libheif."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np

from .pixels import RefusedError, check_size, three_channels

SRGB = (2.4, 12.92)  # power and slope near black


def decode_raw(path: Path) -> np.ndarray:
    """Develop camera RAW, ``(H, W, 3)`` uint16 RGB, white being 65535.

    Demosaicing is bilinear, since finer methods draw mazes into the noise of dark photos. The white
    balance is the camera's, and brightness depends on the exposure alone, never on the content.

    Raises:
        RefusedError: If it is too large or rawpy is not installed.
        rawpy.LibRawError: If it is damaged or of a camera that LibRaw does not know.
    """
    rawpy = _package('rawpy', path)
    with path.open('rb') as file, rawpy.imread(file) as raw:
        check_size(raw.sizes.raw_width, raw.sizes.raw_height)
        developed = raw.postprocess(
            demosaic_algorithm=rawpy.DemosaicAlgorithm.LINEAR,
            use_camera_wb=True,
            no_auto_bright=True,
            adjust_maximum_thr=0.0,
            output_color=rawpy.ColorSpace.sRGB,
            gamma=SRGB,
            output_bps=16,
        )
    return three_channels(developed)  # a camera without colours gives one


def decode_heif(path: Path) -> np.ndarray:
    """Read HEIC, ``(H, W, 3)`` RGB: uint8, or uint16 where it has 10 or 12 bits.

    Raises:
        RefusedError: If it is too large or pillow-heif is not installed.
        ValueError: If it is damaged.
    """
    image = _package('pillow_heif', path).open_heif(path, convert_hdr_to_8bit=False)
    check_size(*image.size)
    return np.ascontiguousarray(three_channels(np.asarray(image)))


def _package(name: str, path: Path) -> ModuleType:
    try:
        return import_module(name)
    except ImportError as error:
        package = name.replace('_', '-')
        fault = f'files of the kind {path.suffix} need {package}: {error}'
        raise RefusedError(fault, f'pip install {package}') from None
