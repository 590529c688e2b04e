"""Read the weights of a network that changes the light, from whatever file they come in."""

from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from torch import Tensor

from ..compat import load_local

WANTED = 'wanted is what torch.save(model.state_dict(), FILE) writes'
STARTS = (b'PK', b'\x80')  # of a ZIP file, and of the pickles before it


def read_state(path: str | Path, part: str | None = None) -> dict[str, Tensor]:
    """Read a state dict: bare, under ``state_dict``, saved from ``DataParallel`` or by a Runner.

    Args:
        path: A file of tensors; read with torch's safe loader only.
        part: Child of the saved model that is wanted, as in ``'generator'``; a file without such
            names is taken to hold that child alone.

    Raises:
        FileNotFoundError: If there is no such file.
        pickle.UnpicklingError: If the file holds more than tensors and a training state.
        ValueError: If it is damaged, no file of torch's, or holds no tensors by name.
    """
    state = _load(Path(path).expanduser())
    state = state.get('state_dict', state) if isinstance(state, dict) else None
    if not state or not all(isinstance(v, Tensor) for v in state.values()):
        raise ValueError(
            f'{path}: holds no state dict (tensors by name, bare or under "state_dict"); save '
            'model.state_dict() of the network'
        )
    state = {str(name).removeprefix('module.'): tensor for name, tensor in state.items()}
    if part is None or not any(name.startswith(f'{part}.') for name in state):
        return state
    return {k.removeprefix(f'{part}.'): v for k, v in state.items() if k.startswith(f'{part}.')}


def _load(path: Path) -> Any:
    if path.is_file():
        with path.open('rb') as file:
            start = file.read(40)
        if not start.startswith(STARTS):
            about = f'begins with {start!r}' if start else 'is empty'
            lfs = (
                ', a Git LFS pointer: run git lfs pull' if start.startswith(b'version http') else ''
            )
            raise ValueError(f'{path}: refused, no file of torch.save: it {about}{lfs}; {WANTED}')
    elif path.exists():
        raise ValueError(f'{path}: no file; {WANTED}')
    try:
        return load_local(str(path), map_location='cpu')
    except (FileNotFoundError, PermissionError, UnpicklingError):  # they name the file
        raise
    except Exception as error:  # torch's loader raises whatever a damaged file leads it into
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ValueError(f'{path}: damaged or no weights ({reason}); {WANTED}') from None
