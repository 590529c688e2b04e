"""What is said of a checkpoint that would run a command, and the one switch that lets it.

A checkpoint of torch is a pickle, which may name any function and have it called when it is opened.
Everything here is opened with torch's safe loader, which calls a short list only.
"""

import os
import re

SWITCH = 'WIID_RUN_CODE_OF_CHECKPOINTS'


def runs_code() -> bool:
    """Whether whoever started this process lets checkpoints run what they name."""
    return os.environ.get(SWITCH) == 'yes'


def refusal(path: object, error: BaseException) -> str:
    """Say in one sentence which file is refused, what it asked for, and the mend.

    Args:
        path: The file, or its address.
        error: Of torch's safe loader.
    """
    text = ' '.join(str(error).split())
    found = re.search(r'GLOBAL (\S+) (?:was not|whose module)|unrecognized function (<.*?>)', text)
    legacy = 'legacy .tar' in text
    if found or legacy:
        named = (
            found[1] or found[2] if found else "anything, as a tar of torch's first releases can,"
        )
        return (
            f'{path}: refused, it wants to run {named} when it is opened, and nothing of it was run; '
            'save its state dict alone where it comes from, or, for a file that you trust as you trust '
            f'a program, set {SWITCH}=yes'
        )
    told = str(error).split('In PyTorch 2.6')[0]  # there it advises to run the file all the same
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    said = next(
        (line for line in lines if 'Unpickler' in line), (lines or ['it ends too early'])[0]
    )
    return (
        f'{path}: refused, it holds more than tensors and a training state, or is damaged ({said}), and '
        'nothing of it was run; save its state dict alone where it comes from'
    )
