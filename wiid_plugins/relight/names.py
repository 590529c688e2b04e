"""Which output each input becomes."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path


def name_outputs(suffixes: Mapping[Path, str]) -> dict[Path, Path]:
    """Name the output of each input, both as paths below their roots.

    ``a/b.jpg`` becomes ``a/b.png``. Where two inputs would become one output, or where an output would
    have the name of a folder, the inputs keep their suffix: ``a/b.jpg.png`` and ``a/b.tif.png``.

    Args:
        suffixes: What the output of each input ends in, with the dot.
    """
    short = {file: file.with_suffix(suffix) for file, suffix in suffixes.items()}
    full = {file: file.with_name(file.name + suffix) for file, suffix in suffixes.items()}
    chosen = dict(short)
    while True:
        takers = Counter(chosen.values())
        folders = {folder for target in chosen.values() for folder in target.parents}
        clashes = [
            file
            for file, target in chosen.items()
            if target != full[file] and (takers[target] > 1 or target in folders)
        ]
        if not clashes:
            return chosen
        chosen |= {file: full[file] for file in clashes}
