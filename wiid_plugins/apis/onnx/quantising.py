"""The network of a graph in 8 bits; brightening and suppression stay float."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from mmengine.config import Config
from mmengine.registry import DATASETS
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor
from torchvision.ops import box_iou

from ...compose.own import nodes
from ...images import SUFFIXES, as_bytes, decode
from ...weights.brightening import STEP
from .checking import open_session, run
from .exporting import export_file
from .geometry import Geometry, geometry
from .subject import Subject

MOST = 200  # images that show the ranges
KINDS = ['Conv', 'Gemm', 'MatMul']
AGAIN = 0.5  # overlap of a box that is found again


class Reader(CalibrationDataReader):
    """Give ONNX Runtime one image after another.

    Args:
        path: The graph.
        images: ``(1, 3, H, W)`` uint8 RGB each.
    """

    def __init__(self, path: Path, images: Sequence[Tensor]):
        given = open_session(path).get_inputs()[0]
        floats = 'float' in given.type
        numbers = (image.float() / 255 if floats else image for image in images)
        self.left = iter([{given.name: image.numpy()} for image in numbers])

    def get_next(self) -> dict[str, np.ndarray] | None:
        """Give the next, or None at the end."""
        return next(self.left, None)


def export_int8(
    subject: Subject, config: Config, out: Path, folder: Path, most: int, floats: bool = False
) -> str:
    """Export as :func:`.exporting.export_file`, then quantise; say what it is and what it costs.

    Args:
        subject: What to export.
        config: Composed; its test set tells what is lost.
        out: The file.
        folder: Of the images that show the ranges.
        most: How many images of the test set are used.
        floats: Whether the graph takes float in [0, 1] instead of uint8.

    Raises:
        FileNotFoundError: If the folder is not there, or has no image.
        ValueError: If the model is one of clips, or of :func:`.exporting.export_file`.
    """
    if len(subject.size) == 3:
        raise ValueError('--int8 takes images, and this model takes clips; export it without')
    out.parent.mkdir(parents=True, exist_ok=True)
    images = read_images(folder, geometry_of(config))
    with tempfile.TemporaryDirectory(prefix=f'{out.name}.', dir=out.parent) as place:
        exact, small = Path(place, 'float.onnx'), Path(place, 'int8.onnx')
        summary = export_file(subject, exact, floats)
        shape = list(open_session(exact).get_inputs()[0].shape[2:])
        if isinstance(shape[0], int):
            images = [image for image in images if list(image.shape[2:]) == shape]
        if not images:
            raise ValueError(f'{folder}: no image has the shape {shape} behind the test pipeline')
        quantise(exact, small, images)
        lost = compare(subject, config, exact, small, images, most)
        os.replace(small, out)
    return f'{summary} before it became int8; {lost}'


def geometry_of(config: Config) -> Geometry:
    """The sizes that a test of the config uses."""
    if config.default_scope != 'ultralytics':
        return geometry(config)
    side = config.train.imgsz
    return Geometry([dict(type='Resize', scale=(side, side), keep_ratio=True)], False)


def read_images(folder: Path, sized: Geometry) -> list[Tensor]:
    """Read images of a folder, evenly over all of them, ``(1, 3, H, W)`` uint8 RGB each.

    Raises:
        FileNotFoundError: If there is none.
    """
    files = sorted(p for p in folder.rglob('*') if p.suffix.lower() in SUFFIXES)
    if not files:
        raise FileNotFoundError(f'{folder}: no picture here; give a folder of dark pictures')
    files = files[:: -(-len(files) // MOST)]
    return [as_batch(sized(as_bytes(decode(file)))) for file in files]


def as_batch(image: np.ndarray) -> Tensor:
    """``(H, W, 3)`` -> ``(1, 3, H, W)``."""
    return torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1)[None].contiguous()


def quantise(exact: Path, small: Path, images: Sequence[Tensor]) -> None:
    """Let ONNX Runtime quantise convolutions and products of matrices, but those that brighten."""
    ready = exact.with_name(f'ready-{exact.name}')
    quant_pre_process(exact, ready, skip_symbolic_shape=True)
    graph = onnx.load(ready).graph
    kept = [node.name for node in graph.node if node.name.startswith('/brighten/')]
    quantize_static(
        ready,
        small,
        Reader(ready, images),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=KINDS,
        nodes_to_exclude=kept,
        per_channel=True,
    )


def labelled(config: Config, most: int) -> list[tuple[Tensor, int]]:
    """Images and labels of a classifier's test set, by night where there is one, evenly over it.

    Nothing where the set is not there.
    """
    sets = [n for n in nodes(config.get('test_dataloader')) if n.get('pipeline')]
    raw = [s for s in sets if not any(step['type'] == STEP for step in s['pipeline'])]
    if not raw or not Path(str(raw[-1].get('data_prefix'))).is_dir():
        return []
    dataset: Any = DATASETS.build(raw[-1])
    chosen = range(0, len(dataset), -(-len(dataset) // most))
    samples = (dataset[index] for index in chosen)
    return [(s['inputs'].flip(0)[None], int(s['data_samples'].gt_label)) for s in samples]


def compare(
    subject: Subject, config: Config, exact: Path, small: Path, images: Sequence[Tensor], most: int
) -> str:
    """Say what 8 bits cost: points of accuracy, boxes, or differences of scores."""
    sessions = open_session(exact), open_session(small)
    if subject.about.get('task') == 'classify' and (known := labelled(config, most)):
        right = [
            sum(int(run(session, image)[0].argmax()) == label for image, label in known)
            for session in sessions
        ]
        before, after = (100 * number / len(known) for number in right)
        return f'top-1 {before:.1f} before, {after:.1f} after, on {len(known)} images of the test'
    pairs = [tuple(run(session, image) for session in sessions) for image in images]
    if 'boxes' not in subject.outputs:
        worst = max((a[0] - b[0]).abs().max().item() for a, b in pairs)
        return f'scores differ by {worst:.3f} at most, on {len(pairs)} images'
    found = [again(a, b) for a, b in pairs]
    number = sum(len(each) for each in found)
    share = 100 * sum(each.sum().item() for each in found) / max(number, 1)
    return f'{share:.1f} % of {number} boxes are found again, on {len(pairs)} images'


def again(before: list[Tensor], after: list[Tensor]) -> Tensor:
    """Which boxes of one image have one of their class in their place."""
    (boxes, _, labels), (others, _, kinds) = (
        [part[0] for part in each] for each in (before, after)
    )
    real, there = labels >= 0, kinds >= 0
    same = labels[real, None] == kinds[there]
    overlap = box_iou(boxes[real], others[there])
    return ((overlap >= AGAIN) & same).any(1) if there.any() else torch.zeros(int(real.sum()))
