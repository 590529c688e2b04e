"""Damaged clips end in a sentence or are read, in bounded time and memory.

`WIID_FUZZ=200` tries so many damages of each file, `WIID_FUZZ_FIRST` sets the first seed.
"""

import os
import resource
import time

import numpy as np
import pytest

from clip_files import grey, write_animation, write_clip
from wiid_plugins.media import Clip, ClipError

NUMBER, FIRST = (int(os.environ.get(*pair)) for pair in (('WIID_FUZZ', 12), ('WIID_FUZZ_FIRST', 0)))
FILES = {
    'a.mp4': dict(sound='aac'),
    'b.mp4': dict(options=dict(movflags='faststart')),
    'a.mkv': {},
    'a.webm': dict(codec='libvpx'),
    'a.avi': dict(codec='mpeg4'),
    'b.avi': dict(codec='ffv1', pix_fmt='bgr0'),
    'a.ts': {},
    'a.gif': None,
    'a.webp': None,
}


def damage(rng, data):
    """Change, cut out, repeat or zero some bytes, at the head more often."""
    for _ in range(int(rng.integers(1, 6))):
        span = len(data) if rng.random() < 0.5 else min(len(data), 1500)
        start, length = int(rng.integers(span)), int(rng.integers(1, 9))
        noise = (rng.bytes(length), b'\xff' * length, b'\0' * length)[int(rng.integers(3))]
        end = start + (length if rng.random() < 0.8 else int(rng.integers(len(data))))
        middle = (noise, noise, noise, b'', data[start:end] * 2)[int(rng.integers(5))]
        data = data[:start] + middle + data[start + length if middle == noise else end :]
    return data[: int(rng.integers(len(data) + 1))] if rng.random() < 0.2 else data


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.mark.parametrize('name', FILES)
def test_damaged_clips(tmp_path, name):
    options, ends = FILES[name], {'read': 0, 'refused': 0}
    frames = list(np.random.default_rng(0).integers(0, 99, (20, 48, 64, 3), dtype=np.uint8))
    if options is None:
        whole = write_animation(tmp_path / name, grey([20, 90, 160, 230]))
    else:
        whole = write_clip(tmp_path / name, frames, **options)
    data, path, before = whole.read_bytes(), tmp_path / f'damaged{whole.suffix}', 1.01 * peak()
    for seed in range(FIRST, FIRST + NUMBER):
        path.write_bytes(damage(np.random.default_rng(seed), data))
        began, what = time.monotonic(), f'{name}, seed {seed}'
        try:
            clip = Clip(path)
            clip.frames([0, len(clip) // 2, len(clip) - 1])
            assert all(f.width for f in clip.decoded()) and np.isfinite(clip.rate), what
            ends['read'] += 1
        except ClipError as error:
            assert str(error).startswith(f'{path}: ') and 'replace the clip' in str(error), what
            ends['refused'] += 1
        except Exception as error:
            raise AssertionError(what) from error
        assert time.monotonic() - began < 20, what
    assert peak() < max(before, 2_000_000)  # KB; other tests may have taken more before
    print(name, ends)  # shown with -rP
