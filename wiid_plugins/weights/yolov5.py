"""Fit the weights of a YOLOv5 v5 to v7 into the YOLOv5u of Ultralytics, which has another head."""

from pathlib import Path

from torch import Tensor
from ultralytics.nn.tasks import DetectionModel

from .yolov5_pickle import read_checkpoint

SIZES = {16: 'n', 32: 's', 48: 'm', 64: 'l', 80: 'x'}  # by the width of the first layer
HEAD = 24
OTHER_IN_V5 = {8, 9}  # v5.0 has SPP before the last C3 of the backbone, later ones SPPF behind it


def convert_yolov5(path: Path) -> tuple[dict, str]:
    """Make a checkpoint that Ultralytics loads, backbone and neck from the file, the head untrained.

    Args:
        path: An official checkpoint; it is read without running anything in it.

    Returns:
        The checkpoint, for ``pretrained`` of a config, and a sentence with the counts.

    Raises:
        ValueError: If it is no YOLOv5 n, s, m, l or x with three levels.
    """
    state, names = read_checkpoint(path)
    state = unfocus(state)
    size = SIZES.get(len(state.get('model.0.conv.weight', ())))
    if size is None:
        raise ValueError('the first layer is that of no YOLOv5 n, s, m, l or x')
    named = dict(enumerate(names or map(str, range(80))))
    model = DetectionModel(f'yolov5{size}.yaml', nc=len(named), verbose=False)
    model.names = named
    body = {k: v for k, v in model.state_dict().items() if _layer(k) < HEAD}
    fitting = {k: state[k] for k, v in body.items() if k in state and state[k].shape == v.shape}
    without = {_layer(k) for k in body.keys() - fitting.keys()}
    if without - OTHER_IN_V5:
        raise ValueError(f'layers {sorted(without)} of YOLOv5{size} find no weights in it')
    model.load_state_dict(fitting, strict=False)
    head = sum(_layer(k) >= HEAD for k in state)
    summary = f'YOLOv5{size}, {len(fitting)} of {len(body)} tensors of backbone and neck'
    if without:
        summary += f' (v5.0: layers {sorted(without)} are others and stay untrained)'
    checkpoint = {'model': model.half(), 'ema': None, 'epoch': -1, 'train_args': {}}
    return checkpoint, f'{summary}; left out: the Detect head ({head} tensors)'


def unfocus(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Rewrite the Focus layer of v5.0 as the 6x6 convolution that it equals.

    Focus puts the four pixels of each 2x2 cell into channels, (0, 0), (1, 0), (0, 1), (1, 1) as
    (row, column), three colours each, in front of a 3x3 convolution.
    """
    focus = state.get('model.0.conv.conv.weight')
    if focus is None:
        return state
    old = 'model.0.conv.'
    state = {f'model.0.{k[len(old) :]}' if k.startswith(old) else k: v for k, v in state.items()}
    cells = focus.view(len(focus), 2, 2, 3, 3, 3)  # out, column in the cell, row, colour, i, j
    state['model.0.conv.weight'] = cells.permute(0, 3, 4, 2, 5, 1).reshape(len(focus), 3, 6, 6)
    return state


def _layer(key: str) -> int:
    return int(key.split('.')[1])
