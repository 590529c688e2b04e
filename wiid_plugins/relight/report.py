"""Say in figures and in one picture what an enhancement did, where there is no truth to compare with.

None of the scores needs weights: NIQE, BRISQUE and the like of pyiqa and piq download theirs.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from math import isnan, nan
from pathlib import Path
from statistics import mean

import cv2
import numpy as np
import pywt
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from skimage.measure import blur_effect, shannon_entropy
from tqdm import tqdm

from ..images import UnreadableImageError, as_bytes, decode
from .say import say
from .tree import ConvertError, Job, Plan, whole_file

SIGN = 'wiid_plugins contact sheet'  # in the file's metadata: what may be drawn over
SMALLEST = 4  # px a side that wavelets and edges need
SHOWN, IN_ROW, SIDE, GAP = 24, 3, 240, 4  # pictures, pictures, px, px
SCORES = {
    'brightness': 'mean luma, 0 to 1',
    'contrast': 'standard deviation of luma',
    'entropy': 'of 8-bit luma, bit',
    'noise': 'standard deviation by wavelets, of luma',
    'blur': '0 sharp to 1, Crete et al. 2007',
}


def scores(pixels: np.ndarray) -> dict[str, float]:
    """Score one picture ``(H, W, 3)`` uint8 RGB; luma is BT.601; below 4 px noise and blur are nan."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    luma = grey / 255
    large = min(grey.shape) >= SMALLEST
    return dict(
        brightness=float(luma.mean()),
        contrast=float(luma.std()),
        entropy=float(shannon_entropy(grey)),
        noise=_noise(luma) if large else nan,
        blur=float(blur_effect(luma)) if large else nan,
    )


def _noise(luma: np.ndarray) -> float:
    """Donoho's median estimate, as skimage's ``estimate_sigma``, which warns of flat pictures."""
    details = np.abs(pywt.dwtn(luma, 'db2')['dd'])
    details = details[details > 0]
    return float(np.median(details) / 0.6744897501960817) if details.size else 0.0


def report(plan: Plan) -> None:
    """Print the mean scores of all pictures that are done, and draw the contact sheet.

    Raises:
        ConvertError: If there is none, or if another file is where the sheet belongs.
    """
    out = plan.out.resolve()
    sheet = out.with_name(f'{out.name}_sheet.png')
    if sheet.exists() and not _is_sheet(sheet):
        raise ConvertError(f'{sheet}: is there, and no contact sheet of this tool; move it away')
    done = [job for job in plan.jobs if job.is_done and not job.is_video]
    if not done:
        raise ConvertError(f'{plan.out}: --report needs pictures, and none is done')
    with ThreadPoolExecutor(2) as pool:
        pairs = list(tqdm(pool.map(_both, done), total=len(done), desc='report', unit='file'))
    say(table(pairs))
    chosen = np.linspace(0, len(done) - 1, min(SHOWN, len(done))).round().astype(int)
    with whole_file(sheet) as part:
        about = PngInfo()
        about.add_text('Software', SIGN)
        Image.fromarray(draw_sheet([done[i] for i in chosen])).save(part, 'PNG', pnginfo=about)
    say(f'{sheet}: {len(chosen)} pictures, before and after')


def table(pairs: Sequence[tuple[dict[str, float], dict[str, float]]]) -> str:
    """Format the means over pictures of the scores before and after, as Markdown."""
    rows = [f'| mean of {len(pairs)} pictures | before | after |', '|---|---|---|']
    for name, about in SCORES.items():
        means = (_mean([pair[side][name] for pair in pairs]) for side in (0, 1))
        before, after = ('-' if isnan(value) else f'{value:.3f}' for value in means)
        rows.append(f'| {name} ({about}) | {before} | {after} |')
    return '\n'.join(rows)


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not isnan(value)]
    return mean(known) if known else nan


def draw_sheet(jobs: Sequence[Job]) -> np.ndarray:
    """Lay pictures before and after side by side, three pairs in a row, ``(H, W, 3)`` uint8 RGB."""
    pairs = [np.hstack([_tile(job.source), _tile(job.target)]) for job in jobs]
    pairs += [np.full_like(pairs[0], 255)] * (-len(pairs) % IN_ROW)
    return np.vstack([np.hstack(pairs[i : i + IN_ROW]) for i in range(0, len(pairs), IN_ROW)])


def _both(job: Job) -> tuple[dict[str, float], dict[str, float]]:
    try:
        return scores(as_bytes(decode(job.source))), scores(as_bytes(decode(job.target)))
    except UnreadableImageError as error:
        raise ConvertError(f'--report: {error}; its output is {job.target}') from None


def _tile(path: Path) -> np.ndarray:
    pixels = as_bytes(decode(path))
    scale = SIDE / max(pixels.shape)
    size = [max(1, round(side * scale)) for side in pixels.shape[1::-1]]
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    tile = np.full((SIDE + GAP, SIDE + GAP, 3), 255, np.uint8)
    tile[: size[1], : size[0]] = small
    return tile


def _is_sheet(path: Path) -> bool:
    try:
        with Image.open(path) as picture:
            return picture.info.get('Software') == SIGN
    except OSError:
        return False
