"""Find the toolbox that a config belongs to and run its own launcher."""

import ctypes
import runpy
import sys
import traceback
from importlib.util import find_spec
from pathlib import Path

import torch
from mmengine.config import Config

from . import registry  # noqa: F401  (applies the mends of compat before a toolbox is imported)
from .shipped import HOME

_TOOLBOXES = ('mmpretrain', 'mmdet', 'mmaction', 'ultralytics')


def hand_over(job: str) -> None:
    """Run ``<toolbox>/.mim/tools/<job>.py`` with this process's command line.

    Ultralytics has no such script; ``wiid_plugins/yolo/<job>.py`` takes its place.

    Args:
        job: ``'train'`` or ``'test'``.

    Raises:
        SystemExit: With a sentence, when the config is missing or names no known toolbox, or when
            this package refuses something on the way.
    """
    config = next((a for a in sys.argv[1:] if a.endswith('.py')), None)
    if config is None:
        names = ', '.join(_TOOLBOXES)
        if not {'-h', '--help'} & set(sys.argv):
            sys.exit(f'usage: {sys.argv[0]} CONFIG ... ; --help shows the options')
        toolbox = 'mmpretrain'
        print(f'(options of mmpretrain; CONFIG.default_scope chooses among {names})')
    elif not Path(config).is_file():
        sys.exit(f'{config}: there is no such config; {HOME}/configs/ holds those that come along')
    else:
        toolbox = Config.fromfile(config).get('default_scope')
        if toolbox not in _TOOLBOXES:
            sys.exit(f'{config}: default_scope is {toolbox!r}; set one of {", ".join(_TOOLBOXES)}')
    tools = Path(__file__).parent / 'yolo'
    if toolbox != 'ultralytics':
        spec = find_spec(toolbox)
        if spec is None or spec.origin is None:
            sys.exit(f'{toolbox} is not installed; run `make setup`')
        tools = Path(spec.origin).parent / '.mim' / 'tools'
    script = tools / f'{job}.py'
    spare_cpu()
    try:
        runpy.run_path(str(script), run_name='__main__')
    except Exception as error:
        if _was_raised_here(error):  # a fault of the input, told with its mend
            sys.exit(f'error: {error}')
        raise


def _was_raised_here(error: Exception) -> bool:
    """Whether this package raised an error, and not something that it called."""
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return Path(frame.f_code.co_filename).is_relative_to(Path(__file__).parent)


def spare_cpu() -> None:
    """Save a training on a CPU work that is for nothing.

    Weight decay makes numbers below 1e-38, on which a CPU is several times slower: they become 0. And
    glibc gives large tensors back to the system and asks for them again at every step, a tenth of its
    time: it keeps them.
    """
    torch.set_flush_denormal(True)
    mallopt = getattr(ctypes.CDLL(None), 'mallopt', None) if sys.platform == 'linux' else None
    if mallopt is not None and not torch.cuda.is_available():
        mmap_max, trim_threshold = -4, -1  # names and numbers of glibc's malloc.h
        mallopt(mmap_max, 0)
        mallopt(trim_threshold, -1)
