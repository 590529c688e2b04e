"""Where a model runs."""

import torch


def choose_device(device: str) -> str:
    """Give a device; ``'auto'`` is a GPU if there is one.

    Raises:
        ValueError: If there is no such device.
    """
    if device.startswith('cuda') and not torch.cuda.is_available():
        raise ValueError(f'--device {device}: PyTorch finds no GPU here; take --device cpu')
    if device == 'auto':
        return 'cuda' if torch.cuda.is_available() else 'cpu'
    return device
