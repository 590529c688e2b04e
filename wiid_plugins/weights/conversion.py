"""Convert published weights into checkpoints that the configs and tools here take."""

import os
import pickle
from pathlib import Path

import torch
from mmengine.registry import MODELS
from torch import Tensor

from ..translation.cut_generator import Generator
from ..translation.zero_dce import CurveNetwork
from .translation import read_state

State = dict[str, Tensor]
Network = type[CurveNetwork] | type[Generator]
NETWORKS: dict[str, tuple[str, Network]] = {
    'zero-dce': ('network', CurveNetwork),
    'cut': ('generator', Generator),
}
DEPTHS: dict[tuple[bool, tuple[int, ...]], int] = {
    (False, (2, 2, 2, 2)): 18,
    (False, (3, 4, 6, 3)): 34,
    (True, (3, 4, 6, 3)): 50,
    (True, (3, 4, 23, 3)): 101,
    (True, (3, 8, 36, 3)): 152,
}


def convert_resnet(state: State) -> tuple[State, str]:
    """Rename a ResNet with torchvision's names, checked by loading it into mmpretrain's.

    Raises:
        ValueError: If it is no ResNet that mmpretrain builds; it lists what does not fit.
    """
    fc = state.get('fc.weight')
    if fc is None or fc.ndim != 2:
        raise ValueError(
            'no ResNet classifier with the names of torchvision (conv1.weight, layer1.0.conv1.weight, '
            f'..., fc.weight); its names start with {", ".join(list(state)[:3])}'
        )
    blocks = {tuple(k.split('.')[:2]) for k in state if k.startswith('layer')}
    counts = tuple(sum(b[0] == f'layer{i}' for b in blocks) for i in range(1, 5))
    bottleneck = 'layer1.0.conv3.weight' in state
    depth = DEPTHS.get((bottleneck, counts))
    if depth is None:
        kind = 'bottleneck' if bottleneck else 'basic'
        raise ValueError(f'{kind} blocks {counts} are no ResNet-18, 34, 50, 101 or 152')
    classes = len(fc)
    model = build_classifier(depth, classes)
    try:
        model.load_state_dict(
            {f'head.{k}' if k.startswith('fc.') else f'backbone.{k}': v for k, v in state.items()}
        )
    except RuntimeError as error:
        raise ValueError(f'not a ResNet-{depth}: {" ".join(str(error).split())}') from None
    return model.state_dict(), f'ResNet-{depth}, {classes} classes'


def build_classifier(depth: int, classes: int) -> torch.nn.Module:
    """Build mmpretrain's ResNet classifier."""
    width = 512 if depth < 50 else 2048
    return MODELS.build(
        dict(
            type='mmpretrain.ImageClassifier',
            backbone=dict(type='ResNet', depth=depth),
            neck=dict(type='GlobalAveragePooling'),
            head=dict(type='LinearClsHead', num_classes=classes, in_channels=width),
        )
    )


def convert_network(kind: str, state: State) -> tuple[State, str]:
    """Give a network of its own the names it has inside the model that trains it.

    Raises:
        ValueError: If it is another network; it lists what does not fit.
    """
    part, network = NETWORKS[kind]
    fitted = network.from_state_dict(state).state_dict()
    return {f'{part}.{k}': v for k, v in fitted.items()}, f'{kind}, {len(fitted)} tensors'


def convert(kind: str, path: Path) -> tuple[State, str]:
    """Read one file and convert it; the second value says what it is.

    Raises:
        ValueError: If it does not fit; the file is named.
    """
    state = read_state(path, NETWORKS[kind][0] if kind in NETWORKS else None)
    try:
        return convert_resnet(state) if kind == 'resnet' else convert_network(kind, state)
    except ValueError as error:
        raise ValueError(f'{path}: {error}; choose another file or kind') from None


def make_checkpoint(kind: str, path: Path) -> tuple[dict, str]:
    """Give what is to be written, and say what it is.

    Raises:
        ValueError: If the file does not fit; it is named.
    """
    if kind != 'yolov5':
        state, summary = convert(kind, path)
        return dict(state_dict=state, meta=dict(converted_from=path.name)), summary
    from .yolov5 import convert_yolov5  # Ultralytics is optional, and AGPL-3.0

    try:
        return convert_yolov5(path)
    except (ValueError, pickle.UnpicklingError) as error:
        raise ValueError(f'{path}: {error}; choose another file') from None


def convert_file(kind: str, source: Path, out: Path) -> str:
    """Convert one file into another, which is written whole or not at all; say what it is.

    Raises:
        OSError: If the source cannot be read, or the result not written.
        RuntimeError: If torch cannot write it.
        ValueError: If the file does not fit; it is named.
        pickle.UnpicklingError: If it holds what may not be in it.
    """
    part = out.with_name(f'{out.name}.part')
    try:
        checkpoint, summary = make_checkpoint(kind, source)
        out.parent.mkdir(parents=True, exist_ok=True)
        torch.save(checkpoint, part)
        os.replace(part, out)
    finally:
        part.unlink(missing_ok=True)
    return summary
