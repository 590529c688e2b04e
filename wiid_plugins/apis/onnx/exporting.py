"""Write a graph, whole, checked and with what it says of itself, or not at all."""

import json
import os
import warnings
from pathlib import Path
from typing import Any

import onnx
import torch

from ... import __version__
from .checking import check, dark_images
from .subject import Subject

OPSET = 18
BATCH, HEIGHT, WIDTH = 'batch', 'height', 'width'


def export_file(subject: Subject, out: Path, floats: bool = False) -> str:
    """Export, check against PyTorch, and put in place; say what it is.

    Sides of images are left open; where a network wants its own size, they are fixed to that.

    Args:
        subject: What to export.
        out: The file.
        floats: Whether the graph takes float in [0, 1] instead of uint8.

    Raises:
        OSError: If it cannot be written.
        ValueError: If ONNX cannot hold it, or gives other results.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f'{out.name}.part')
    try:
        try:
            worst, size = attempt(subject, part, floats, True), 'any size'
        except Exception:  # of exporter, runtime or check: the network wants its own size
            worst = attempt(subject, part, floats, False)
            size = f'{subject.size[-2]} x {subject.size[-1]}'
        os.replace(part, out)
    except (OSError, ValueError):
        raise
    except Exception as error:  # exporter and runtime raise whatever a model leads them into
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ValueError(f'{out}: ONNX cannot hold this model ({reason})') from None
    finally:
        part.unlink(missing_ok=True)
    return (
        f'opset {OPSET}, images of {size}, any number; differs from PyTorch by {worst:.1e} at most'
    )


def attempt(subject: Subject, part: Path, floats: bool, sizes: bool) -> float:
    """Write and check one graph, with or without open sides; give the largest difference."""
    images = dark_images(subject.shape(2))
    open_axes = {0: BATCH} | ({images.ndim - 2: HEIGHT, images.ndim - 1: WIDTH} if sizes else {})
    axes: dict[str, dict[int, str]] = {name: {0: BATCH} for name in subject.outputs}
    if subject.outputs == ('enhanced',):
        axes['enhanced'] = dict(open_axes)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter('ignore')
        torch.onnx.export(
            subject.graph(floats),
            (images.float() / 255 if floats else images,),
            str(part),
            input_names=[subject.input],
            output_names=list(subject.outputs),
            dynamic_axes={subject.input: open_axes, **axes},
            opset_version=OPSET,
            # The other exporter takes minutes for a small detector, and fixes its batch.
            dynamo=False,
        )
    describe(part, {**metadata(subject, floats), 'size': list(subject.size), 'any_size': sizes})
    return check(part, subject, sizes)


def metadata(subject: Subject, floats: bool) -> dict[str, Any]:
    """What a file says of itself."""
    light = subject.light
    enhance = None
    if light is not None:
        enhance = dict(method='procedural', **getattr(light, 'curve', {}))
        if light.weights is not None:
            enhance = dict(method='zero-dce', weights=Path(light.weights).name)
    channels = 'bgr' if subject.norm.bgr else 'rgb'
    return {
        'names': dict(enumerate(subject.names)),
        'input': f'{"float in [0, 1]" if floats else "uint8"}, RGB',
        'enhance': enhance,
        'norm': dict(mean=subject.norm.mean, std=subject.norm.std, channels=channels),
        'stride': max(subject.norm.divisor, subject.step),
        'opset': OPSET,
        'author': f'wiid_plugins {__version__}',
        **subject.about,
    }


def describe(path: Path, content: dict[str, Any]) -> None:
    """Put metadata into a graph: text as it is, all else as JSON."""
    model = onnx.load(path)
    for key, value in content.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        model.metadata_props.add(key=key, value=text)
    onnx.checker.check_model(model)
    onnx.save(model, path)
