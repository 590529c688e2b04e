"""Find the toolbox that a config belongs to and run its own launcher."""

import ctypes
import runpy
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
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
        with _faults_told():
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
    with _faults_told():
        runpy.run_path(str(script), run_name='__main__')


@contextmanager
def _faults_told() -> Iterator[None]:
    """End with the sentence alone, where this package refuses an input."""
    try:
        yield
    except Exception as error:
        if _was_raised_here(error):
            sys.exit(f'error: {error}')
        raise


def _was_raised_here(error: Exception) -> bool:
    """Whether this package raised an error, and not something that it called."""
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    file, package = Path(frame.f_code.co_filename), Path(__file__).parent
    return file.is_relative_to(package) and '.mim' not in file.relative_to(package).parts


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
