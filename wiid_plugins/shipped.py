"""The configs and tools that come along with the package.

Installed, they lie in its folder ``.mim``, as those of the toolboxes do; in a checkout they lie beside
the package.
"""

from difflib import get_close_matches
from pathlib import Path

PREFIX = 'wiid_plugins::'
_PACKAGE = Path(__file__).parent
HOME = _PACKAGE / '.mim' if (_PACKAGE / '.mim').is_dir() else _PACKAGE.parent


def config(name: str) -> str:
    """Give the absolute path of a config that comes along.

    A toolbox's own launcher reads a config before it imports this package. There this works::

        _base_ = ['mmdet::...', __import__('wiid_plugins').config('_base_/wiid_det.py')]

    Args:
        name: Its path below ``configs``, with or without ``wiid_plugins::`` before it.

    Raises:
        FileNotFoundError: If there is none of that name; the message holds names that are near.
    """
    folder, name = HOME / 'configs', name.removeprefix(PREFIX)
    if (folder / name).is_file():
        return str(folder / name)
    known = sorted(file.relative_to(folder).as_posix() for file in folder.rglob('*.py'))
    near = get_close_matches(name, known, cutoff=0.5)
    hint = f'did you mean {" or ".join(near)}?' if near else 'none is like it.'
    raise FileNotFoundError(f'no config {name} comes with wiid_plugins; {hint} All: {folder}')
