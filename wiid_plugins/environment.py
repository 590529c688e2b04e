"""Whether the installed packages fit together, told before one of them fails."""

import sys
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

from .shipped import HOME


def check() -> None:
    """Check what is installed.

    Raises:
        ImportError: With the fault and its mend; a command of this package ends with the sentence.
    """
    fault = find_fault()
    if fault is None:
        return
    script = Path(sys.argv[0])
    if script.stem == 'wiid' or (HOME / 'tools').resolve() in script.resolve().parents:
        sys.exit(f'error: {fault}')
    raise ImportError(fault)


def find_fault() -> str | None:
    """Say what does not fit, and the mend; None where all fits."""
    for name, wanted in (('torch', '>=2.6'), ('mmengine', '>=0.10.7,<0.11')):
        found = _version(name)
        if found is None or found not in Requirement(f'{name}{wanted}').specifier:
            return f'wiid_plugins needs {name} {wanted}, found {found or "none"}; run `make setup`'
    return _torchvision_fault() or _mmcv_fault()


def _torchvision_fault() -> str | None:
    torch, vision = _version('torch'), _version('torchvision')
    if vision is None:
        return (
            f'torchvision is not there; install the one for torch {torch}: pip install torchvision'
        )
    for line in requires('torchvision') or ():
        need = Requirement(line)
        if need.name == 'torch' and torch and torch not in need.specifier:
            return (
                f'torchvision {vision} is made for torch{need.specifier}, found torch {torch}; run '
                '`pip install --upgrade torch torchvision`, both from one index'
            )
    return None


def _mmcv_fault() -> str | None:
    mmcv, lite = _version('mmcv'), _version('mmcv-lite')
    if mmcv and lite and mmcv != lite:
        return (
            f'mmcv {mmcv} and mmcv-lite {lite} are installed into one folder; run '
            '`pip uninstall mmcv mmcv-lite`, then `pip install mmcv-lite==2.1.0`'
        )
    found = mmcv or lite
    if found is None or found not in Requirement('mmcv>=2.0.0,<2.2').specifier:
        name = 'mmcv' if mmcv else 'mmcv-lite'
        return (
            f'mmdet 3.3 and mmaction2 1.2 need mmcv >=2.0.0,<2.2, found {found or "none"}; run '
            f'`pip install {name}==2.1.0`'
        )
    return None


def _version(name: str) -> Version | None:
    """Version of an installed distribution, without what follows a '+'."""
    try:
        return Version(Version(version(name)).public)
    except PackageNotFoundError:
        return None
