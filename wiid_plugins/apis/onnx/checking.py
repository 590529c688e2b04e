"""Hold what ONNX Runtime gives against what the toolbox gives in PyTorch."""

from pathlib import Path

import onnxruntime
import torch
import torch.nn.functional as F
from torch import Tensor

from .subject import Found, Subject

CLOSE = 1e-4  # most that a score may differ
NEAR = 0.5  # most that a corner of a box may differ, pixels


def open_session(path: Path, threads: int = 0) -> onnxruntime.InferenceSession:
    """Open a graph on the CPU; 0 threads: as many as there are cores."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 4  # what goes wrong is raised
    return onnxruntime.InferenceSession(path, options, providers=['CPUExecutionProvider'])


def run(session: onnxruntime.InferenceSession, images: Tensor) -> list[Tensor]:
    """Run a graph on uint8 images, whichever kind it takes."""
    given = session.get_inputs()[0]
    images = images.float() / 255 if 'float' in given.type else images
    return [torch.from_numpy(part) for part in session.run(None, {given.name: images.numpy()})]


def dark_images(shape: tuple[int, ...], seed: int = 0) -> Tensor:
    """Draw dark images, uint8 RGB: soft shapes under noise."""
    generator = torch.Generator().manual_seed(seed)
    *batch, channels, height, width = shape
    coarse = torch.rand((int(torch.tensor(batch).prod()), channels, 6, 6), generator=generator)
    soft = F.interpolate(coarse, (height, width), mode='bilinear') * 50
    noise = torch.rand(soft.shape, generator=generator) * 15
    return (soft + noise).byte().view(shape)


def difference(subject: Subject, session: onnxruntime.InferenceSession, images: Tensor) -> float:
    """The largest difference of a score, or of a brightened pixel, in some images.

    Raises:
        ValueError: If a box of one is not a box of the other.
    """
    given, expected = run(session, images), subject.expected(images)
    if 'boxes' not in subject.outputs:
        return (given[0] - expected).abs().max().item()
    return max(apart(tuple(parts), each) for *parts, each in zip(*given, expected, strict=True))


def apart(found: Found, expected: Found) -> float:
    """The largest difference of the scores of two lists of boxes, the first padded with -1.

    Raises:
        ValueError: If there is a box in one that is not in the other, unless its score is that of the
            last one of a full list.
    """
    rows = len(found[0])
    real = found[2] >= 0
    found = (found[0][real], found[1][real], found[2][real])
    worst = 0.0
    for ours, theirs in ((found, expected), (expected, found)):
        full = len(theirs[1]) >= rows
        last = theirs[1].min().item() if full else -1.0
        for box, score, label in zip(*ours, strict=True):
            near = ((theirs[0] - box).abs().amax(1) <= NEAR) & (theirs[2] == label)
            if near.any():
                worst = max(worst, (theirs[1][near] - score).abs().min().item())
            elif score > last + CLOSE:
                raise ValueError(f'a box with the score {score:.4f} is found by one of both only')
    return worst


def check(path: Path, subject: Subject, sizes: bool) -> float:
    """Compare on random dark images, two batches of two sizes.

    Args:
        path: The graph.
        subject: What it was made of.
        sizes: Whether it takes images of any size.

    Returns:
        The largest difference of a score.

    Raises:
        ValueError: If they differ.
    """
    session = open_session(path)
    worst = 0.0
    for number, larger in ((1, 0), (3, int(sizes))):
        images = dark_images(subject.shape(number, larger), seed=number)
        worst = max(worst, difference(subject, session, images))
    if not worst <= CLOSE:
        raise ValueError(f'ONNX Runtime and PyTorch differ by {worst:.2g}')
    return worst
