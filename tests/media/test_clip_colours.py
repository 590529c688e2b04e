"""Colours of a clip are those that were meant, by its tags or by its size."""

import av
import numpy as np
import pytest

from clip_files import write_clip
from wiid_plugins.media import Clip

COLOUR = (20, 80, 20)
WEIGHTS = {1: (0.2126, 0.0722), 5: (0.299, 0.114), 9: (0.2627, 0.0593)}  # of red and blue
SD, HD = (48, 64), (720, 1280)


def planes(colour, matrix, full, bits=8):
    """Y, Cb, Cr of a colour, as the recommendations define them."""
    red, green, blue = (value / 255 for value in colour)
    wr, wb = WEIGHTS[matrix]
    luma = wr * red + (1 - wr - wb) * green + wb * blue
    chroma = [(blue - luma) / (2 - 2 * wb), (red - luma) / (2 - 2 * wr)]
    scale = 2 ** (bits - 8)
    if full:
        return [round((2**bits - 1) * v) for v in (luma, *(c + 0.5 for c in chroma))]
    return [round(scale * v) for v in (16 + 219 * luma, *(128 + 224 * c for c in chroma))]


def frame_of(size, values, pix_fmt):
    frame = av.VideoFrame(size[1], size[0], pix_fmt)
    kind = np.uint16 if '10' in pix_fmt else np.uint8
    for plane, value in zip(frame.planes, values, strict=True):
        plane.update(np.full(plane.buffer_size // kind().itemsize, value, kind))
    return frame


@pytest.mark.parametrize(
    ('size', 'tag', 'matrix'),
    [(SD, 1, 1), (SD, 6, 5), (SD, 9, 9), (SD, 2, 5), (HD, 2, 1), (HD, 5, 5)],
)
@pytest.mark.parametrize('pix_fmt', ['yuv420p', 'yuv444p', 'yuv420p10le'])
@pytest.mark.parametrize('full', [False, True])
def test_tags_and_sizes(tmp_path, size, tag, matrix, pix_fmt, full):
    bits = 10 if '10' in pix_fmt else 8
    frame = frame_of(size, planes(COLOUR, matrix, full, bits), pix_fmt)
    tags = dict(colorspace=tag, color_range=2 if full else 0)
    path = write_clip(tmp_path / 'a.mkv', [frame] * 2, pix_fmt=pix_fmt, **tags)
    pixels = Clip(path).frames([0])[0]
    assert np.abs(pixels.reshape(-1, 3).astype(int) - COLOUR).max() <= 3


@pytest.mark.parametrize(
    ('codec', 'pix_fmt'), [('ffv1', 'bgr0'), ('png', 'rgb24'), ('libx264rgb', 'rgb24')]
)
def test_rgb_is_taken_as_it_is(tmp_path, codec, pix_fmt):
    picture = np.random.default_rng(0).integers(0, 256, (33, 47, 3), dtype=np.uint8)
    lossless = dict(qmin=0, qmax=0) if codec == 'libx264rgb' else {}
    name = 'a.mov' if codec == 'png' else 'a.mkv'
    path = write_clip(tmp_path / name, [picture] * 2, codec=codec, pix_fmt=pix_fmt, **lossless)
    difference = np.abs(Clip(path).frames([1])[0].astype(int) - picture)
    assert difference.max() == 0 if codec != 'libx264rgb' else difference.mean() < 3


@pytest.mark.parametrize('pix_fmt', ['gray', 'gray10le'])
def test_grey(tmp_path, pix_fmt):
    picture = np.repeat(np.arange(0, 256, 4, dtype=np.uint8)[None, :, None], 48, 0).repeat(3, 2)
    path = write_clip(tmp_path / 'a.mkv', [picture] * 2, codec='ffv1', pix_fmt=pix_fmt)
    assert np.abs(Clip(path).frames([1])[0].astype(int) - picture).max() <= 1
