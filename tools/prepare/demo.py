"""Draw a toy set of day and night photos: eight shapes on cluttered, textured backgrounds.

The night is made here, and otherwise than by the darkening that the project trains with: a power
curve on the sRGB values, a cone of light with a vignette, a colour cast, shot noise that is then
blurred, and coarse JPEG. What works on it was not simply trained on the same formula.

Result: `<root>/{train,val_day,val_night,test_day,test_night}/<shape>/*.jpg`, 48x48, and
`<root>/unlabelled_dark/*.jpg`, night photos without labels.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # when run as a script
from tools.prepare.common import common  # noqa: E402

SHAPES = ['arrow', 'circle', 'cross', 'heart', 'ring', 'square', 'star', 'triangle']
PER_SHAPE = {'train': 120, 'val_day': 20, 'val_night': 20, 'test_day': 40, 'test_night': 40}
UNLABELLED = 200
SIZE, SCALE = 48, 4  # px; shapes are drawn SCALE times larger, for smooth edges
MARKER = 'demo.json'
EPILOG = """example:
  python tools/prepare/demo.py data/demo
"""


def regular(corners: int, radii: Sequence[float] = (1.0,)) -> np.ndarray:
    """Return `corners` points around the origin, at the radii in turn, (corners, 2)."""
    angle = 2 * np.pi * np.arange(corners) / corners
    radius = np.resize(radii, corners)
    return np.stack([radius * np.sin(angle), -radius * np.cos(angle)], axis=1)


def outline(shape: str) -> list[np.ndarray]:
    """Return the contours of a shape in the unit circle; the second one is a hole."""
    t = np.linspace(0, 2 * np.pi, 60)
    heart = [np.sin(t) ** 3, -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t)) / 16]
    quarter = np.array([[0.32, -0.95], [0.32, -0.32], [0.95, -0.32]])
    turn = np.array([[0.0, 1.0], [-1.0, 0.0]])  # by 90 degrees
    arrow = [[0, -1], [0.75, -0.1], [0.28, -0.1], [0.28, 0.95]]
    return {
        'arrow': [np.array(arrow + [[-x, y] for x, y in arrow[:0:-1]])],
        'circle': [regular(60, [0.9])],
        'cross': [np.concatenate([quarter @ np.linalg.matrix_power(turn, k) for k in range(4)])],
        'heart': [np.stack(heart, axis=1)],
        'ring': [regular(60, [0.95]), regular(60, [0.52])],
        'square': [regular(4) @ (turn + np.eye(2)) / 2**0.5],
        'star': [regular(10, [1.0, 0.42])],
        'triangle': [regular(3)],
    }[shape]


def smooth_noise(rng: np.random.Generator, cells: int, channels: int) -> np.ndarray:
    """Return noise in [0, 1] with about `cells` blobs a side, (SIZE, SIZE, channels)."""
    small = rng.random((cells, cells, channels), dtype=np.float32)
    large = cv2.resize(small, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)
    return large.reshape(SIZE, SIZE, channels).clip(0, 1)


def background(rng: np.random.Generator) -> np.ndarray:
    """Paint a textured background with lines and small blobs, (SIZE, SIZE, 3) in [0, 1]."""
    image = rng.uniform(0.3, 0.8) + rng.uniform(-0.12, 0.12, 3)
    image = image + 0.25 * (smooth_noise(rng, int(rng.integers(2, 7)), 3) - 0.5)
    image = np.ascontiguousarray(image + 0.25 * (smooth_noise(rng, 16, 1) - 0.5))
    for _ in range(rng.integers(2, 6)):
        ends = [tuple(int(v) for v in p) for p in rng.integers(0, SIZE, (2, 2))]
        paint = rng.uniform(0.1, 1, 3).tolist()
        if rng.random() < 0.5:
            cv2.line(image, *ends, paint, int(rng.integers(1, 3)), cv2.LINE_AA)
        else:
            points = ends[0] + rng.uniform(-5, 5, (int(rng.integers(3, 6)), 2))
            cv2.fillPoly(image, [points.round().astype(np.int32)], paint, cv2.LINE_AA)
    return image.clip(0, 1)


def day_photo(shape: str, rng: np.random.Generator) -> np.ndarray:
    """Draw one shape by daylight, (SIZE, SIZE, 3) uint8 BGR."""
    image = background(rng)
    radius = rng.uniform(14, 20)
    centre = SIZE / 2 + rng.uniform(-5, 5, 2)
    angle, squeeze = rng.uniform(-0.6, 0.6), rng.uniform(0.75, 1.0)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    contours = [(c * [squeeze, 1] @ turn.T * radius + centre) * SCALE for c in outline(shape)]
    mask = np.zeros((SIZE * SCALE, SIZE * SCALE), np.float32)
    cv2.fillPoly(mask, [c.round().astype(np.int32) for c in contours], 1.0)
    mask = cv2.resize(mask, (SIZE, SIZE), interpolation=cv2.INTER_AREA)[..., None]
    mean = (image * mask).sum((0, 1)) / mask.sum()
    colour = rng.uniform(0, 1, 3)
    while np.abs(colour - mean).mean() < 0.3:  # the shape can be told from what is behind it
        colour = rng.uniform(0, 1, 3)
    texture = 0.35 * (smooth_noise(rng, int(rng.integers(3, 16)), 3) - 0.5)
    image = image * (1 - mask) + (colour + texture).clip(0, 1) * mask
    image = image * rng.uniform(0.5, 1.0) + rng.normal(0, 0.01, image.shape)
    return (image.clip(0, 1) * 255).round().astype(np.uint8)


def night(photo: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turn a day photo into a night one, mean 15 to 35 of 255 (see the module's docstring)."""
    image = (photo / 255.0) ** rng.uniform(1.2, 1.7)
    y, x = np.mgrid[:SIZE, :SIZE] / (SIZE - 1)
    lamp_x, lamp_y, width = *rng.uniform(0.1, 0.9, 2), rng.uniform(0.25, 0.5)
    cone = np.exp(-((x - lamp_x) ** 2 + (y - lamp_y) ** 2) / (2 * width**2))
    vignette = 1 - 0.8 * ((x - 0.5) ** 2 + (y - 0.5) ** 2)
    light = (rng.uniform(0.4, 0.8) + cone) * vignette
    image = image * light[..., None] * rng.uniform([0.5, 0.8, 0.8], [1.0, 1.0, 1.3])
    goal = rng.uniform(20, 35) / 255
    for _ in range(8):  # bright spots clip: approach the wanted mean
        image = (image * goal / image.mean()).clip(0, 1)
    photons = rng.uniform(100, 300)
    image = rng.poisson(image * photons) / photons
    image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 0.8))
    return (image.clip(0, 1) * 255).round().astype(np.uint8)


def save(path: Path, shape: str, dark: bool, rng: np.random.Generator) -> None:
    """Draw one photo and write it as JPEG: fine by day, coarse by night."""
    photo = day_photo(shape, rng)
    photo = night(photo, rng) if dark else photo
    quality = int(rng.integers(60, 85)) if dark else 92
    _, data = cv2.imencode('.jpg', photo, [cv2.IMWRITE_JPEG_QUALITY, quality])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.tobytes())


def verify(root: Path, seed: int) -> None:
    """Check that an existing folder is the set of this seed, and whole."""
    mend = f'delete {root} and run again, or name another folder'
    marker = root / MARKER
    if not marker.is_file():
        raise common.PrepareError(f'{marker} not found, but the folder is not empty; {mend}')
    try:
        found = json.loads(marker.read_bytes())['seed']
    except (ValueError, KeyError, TypeError) as error:
        raise common.PrepareError(f'{marker} is damaged ({error!r}); {mend}') from error
    if found != seed:
        raise common.PrepareError(f'{root} was drawn with seed {found}, asked for {seed}; {mend}')
    for split, count in PER_SHAPE.items():
        folder = root / split
        common.check_counts(folder, dict.fromkeys(SHAPES, count), str(folder), mend)
    common.check_counts(
        root, {**dict.fromkeys(PER_SHAPE, 0), 'unlabelled_dark': UNLABELLED}, str(root), mend
    )


def make_demo(root: Path, seed: int = 0) -> None:
    """Draw the set in `root`; when it is there already, check it and leave it.

    Args:
        root: Folder to make.
        seed: The same seed gives the same photos.
    """
    if common.is_filled(root):
        verify(root, seed)
        return
    with common.atomic_dir(root) as part:
        for k, (split, count) in enumerate(PER_SHAPE.items()):
            for label, shape in enumerate(SHAPES):
                for i in range(count):
                    rng = np.random.default_rng([seed, k, label, i])
                    save(part / split / shape / f'{i:04d}.jpg', shape, 'night' in split, rng)
        for i in range(UNLABELLED):
            rng = np.random.default_rng([seed, len(PER_SHAPE), i])
            save(part / f'unlabelled_dark/{i:04d}.jpg', str(rng.choice(SHAPES)), True, rng)
        (part / MARKER).write_text(json.dumps({'seed': seed}) + '\n')


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description='Draw a toy set of day and night photos for `make demo`.',
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('root', type=Path, nargs='?', default=Path('data/demo'), help='result')
    parser.add_argument('--seed', type=int, default=0, help='same seed, same photos (default: 0)')
    args = parser.parse_args(argv)

    def job() -> str:
        there = common.is_filled(args.root)
        make_demo(args.root, args.seed)
        return f'{args.root}: {"already there" if there else "made"}'

    return common.run_cli(job)


if __name__ == '__main__':
    sys.exit(main())
