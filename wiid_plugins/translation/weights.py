"""Read a network's weights from whatever file they come in."""

from pathlib import Path

from torch import Tensor

from ..compat import load_local


def read_state(path: str | Path, part: str | None = None) -> dict[str, Tensor]:
    """Read a state dict: bare, under ``state_dict``, saved from ``DataParallel`` or by a Runner.

    Args:
        path: A file of tensors; read with torch's safe loader only.
        part: Child of the saved model that is wanted, as in ``'generator'``; a file without such
            names is taken to hold that child alone.

    Raises:
        FileNotFoundError: If there is no such file.
        pickle.UnpicklingError: If the file holds more than tensors and a training state.
        ValueError: If it holds no tensors by name.
    """
    state = load_local(str(path), map_location='cpu')
    state = state.get('state_dict', state) if isinstance(state, dict) else None
    if not state or not all(isinstance(v, Tensor) for v in state.values()):
        raise ValueError(
            f'{path}: holds no state dict (tensors by name, bare or under "state_dict"); save '
            'model.state_dict() of the network'
        )
    state = {name.removeprefix('module.'): tensor for name, tensor in state.items()}
    if part is None or not any(name.startswith(f'{part}.') for name in state):
        return state
    return {k.removeprefix(f'{part}.'): v for k, v in state.items() if k.startswith(f'{part}.')}
