"""Damage small image files, read them, and print what came of it: run as a process of its own."""

import json
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

import numpy as np

from light_files import write_all_kinds
from wiid_plugins.images import UnreadableImageError, decode

HEAD = 400  # bytes that most of what a header says lies in


def damage(rng, data):
    """Change, cut, insert, repeat or blank bytes; rather in the head, where they mean more."""
    data = bytearray(data)
    for _ in range(int(rng.integers(1, 5))):
        reach = min(len(data), HEAD) if rng.random() < 0.7 else len(data)
        place, kind = int(rng.integers(max(reach, 1))), rng.integers(7)
        noise = rng.bytes(int(rng.integers(1, 9)))
        if kind < 3:
            data[place : place + len(noise)] = noise
        elif kind == 3:
            data[place : place + 4] = [b'\xff' * 4, b'\0' * 4, b'\x7f\xff\xff\xff'][len(noise) % 3]
        elif kind == 4:
            data[place:place] = noise
        elif kind == 5:
            del data[place : place + len(noise)]
        else:
            del data[max(place, 1) :]
    return bytes(data)


def try_one(path):
    """Read a file; give what came of it and the seconds."""
    start, what = time.perf_counter(), 'image'
    try:
        pixels = decode(path)
        assert pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.size, pixels.shape
        assert pixels.dtype in (np.uint8, np.uint16, np.float32), pixels.dtype
        assert pixels.dtype != np.float32 or (pixels.min() >= 0 and pixels.max() <= 1)
    except UnreadableImageError as error:
        text, what = str(error), 'sentence'
        assert text.startswith(f'{path}: not readable as a picture (') and '\n' not in text, text
    return what, time.perf_counter() - start


def main(folder, first, number):
    """Try ``number`` damaged files of each kind, the seeds from ``first`` on."""
    warnings.simplefilter('ignore')
    ends, slowest = Counter(), 0.0
    for whole in write_all_kinds(folder / 'whole'):
        assert try_one(whole)[0] == 'image', whole
        for seed in range(first, first + number):
            rng = np.random.default_rng((seed, *whole.name.encode()))
            path = folder / f'damaged{whole.suffix}'
            path.write_bytes(damage(rng, whole.read_bytes()))
            print(whole.name, seed, file=sys.stderr, flush=True)
            what, seconds = try_one(path)
            ends[what] += 1
            slowest = max(slowest, seconds)
    lines = Path('/proc/self/status').read_text().splitlines()  # getrusage counts who started this
    peak = next(int(line.split()[1]) * 1024 for line in lines if line.startswith('VmHWM'))
    print(json.dumps({**ends, 'slowest': slowest, 'peak': peak}))


if __name__ == '__main__':
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
