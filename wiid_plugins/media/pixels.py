"""Pixels of decoded frames as a player shows them: the colours that were meant, and upright."""

from typing import Any

import av
import numpy as np
from av.sidedata.sidedata import Type
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

# FFmpeg's numbers for the matrix of a stream (frames) and of a conversion (swscale); 2 is untagged.
MATRICES = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9, 10: 9}
RGB: dict[str, Any] = {'format': 'rgb24', 'dst_colorspace': Colorspace.ITU601}
if int(av.__version__.split('.')[0]) > 16:  # which takes a thread per core for each small frame
    RGB['threads'] = 1


def matrix_of(frame: av.VideoFrame) -> int:
    """Tell how YUV is to become RGB: 1 is BT.709, 5 BT.601, 9 BT.2020.

    Where no tag says so, it goes by the size, as in players.
    """
    large = frame.width >= 1280 or frame.height > 576
    return MATRICES.get(int(frame.colorspace), 1 if large else 5)


class Pixels:
    """Make frames ``(H, W, 3)`` uint8 RGB, upright; keeps its tables from frame to frame."""

    def __init__(self) -> None:
        self._scaler = VideoReformatter()

    def __call__(self, frame: av.VideoFrame) -> np.ndarray:
        """Convert one; pixels that are not square stay so.

        Raises:
            ValueError: If its format of pixels is unknown.
        """
        full = frame.color_range == ColorRange.JPEG or frame.format.name.startswith('yuvj')
        span = ColorRange.JPEG if full else ColorRange.MPEG
        rgb = self._scaler.reformat(
            frame, src_colorspace=matrix_of(frame), src_color_range=span, **RGB
        )
        return _upright(rgb.to_ndarray(), frame)


def is_turned(frame: av.VideoFrame) -> bool:
    """Tell whether height and width change places when it is put upright."""
    matrix = _matrix(frame)
    return bool(abs(matrix[0, 1]) > abs(matrix[0, 0]))


def _upright(pixels: np.ndarray, frame: av.VideoFrame) -> np.ndarray:
    matrix = _matrix(frame)
    if is_turned(frame):
        pixels, matrix = pixels.swapaxes(0, 1), matrix[::-1]
    down, right = (-1 if matrix[1, 1] < 0 else 1), (-1 if matrix[0, 0] < 0 else 1)
    return np.ascontiguousarray(pixels[::down, ::right])


def _matrix(frame: av.VideoFrame) -> np.ndarray:
    """What the file says is done to columns and rows of pixels, ``(2, 2)``: phones turn, or mirror."""
    data = frame.side_data.get(Type.DISPLAYMATRIX)
    if data is None:
        return np.eye(2, dtype=np.int64)
    return np.frombuffer(bytes(data), np.int32).reshape(3, 3)[:2, :2].astype(np.int64)
