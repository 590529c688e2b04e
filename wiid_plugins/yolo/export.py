"""Take the stock detector out of a paired checkpoint."""

from pathlib import Path

from ultralytics.nn.tasks import DetectionModel

from .checkpoint import open_checkpoint
from .model import PairedDetectionModel

_KEPT_ARGS = ('task', 'imgsz', 'single_cls')  # what the stock `yolo` command reads


def plain_checkpoint(path: str | Path) -> tuple[dict, int, int]:
    """Build a checkpoint that the stock ``yolo`` command loads, without a trace of this package.

    Args:
        path: ``best.pt`` or ``last.pt`` of a training.

    Returns:
        The checkpoint in half precision, the number of tensors kept and of tensors left out.

    Raises:
        FileNotFoundError: If there is no such file.
        pickle.UnpicklingError: If it asks for anything but models of Ultralytics and of this package.
        ValueError: If the file holds no paired model, or is damaged.
    """
    trained, checkpoint = open_checkpoint(path)
    if not isinstance(trained, PairedDetectionModel):
        raise ValueError(f'{path} holds a {type(trained).__name__}, so it is plain already')
    plain = plain_model(trained)
    kept = len(plain.state_dict())
    args = {k: v for k, v in trained.args.items() if k in _KEPT_ARGS}
    stock = {'model': plain.half(), 'ema': None, 'epoch': -1, 'train_args': args}
    stock |= {k: checkpoint[k] for k in ('date', 'version', 'license') if k in checkpoint}
    return stock, kept, len(trained.state_dict()) - kept


def plain_model(trained: DetectionModel) -> DetectionModel:
    """Give a stock model around the layers of a paired one; all of these are stock."""
    plain = DetectionModel(trained.yaml, trained.yaml['channels'], verbose=False)
    plain.model = trained.model
    plain.names, plain.task = trained.names, 'detect'
    return plain.eval().requires_grad_(False)
