"""The models that the page shows: of the demo, of the command line, and one for everything."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..apis.lift import Lift
from ..apis.predictor import Predictor
from ..apis.results import Label
from .imagenet import NAME, NAMES, Lite0
from .night import brighten

Says = Callable[[np.ndarray], tuple[Label, ...]]
DEMO = Path('work_dirs/demo')
DEMO_NAMES = {'plain': 'Demo, plain', 'wiid': 'Demo, WiiD'}


@dataclass(frozen=True)
class Model:
    """A model with and without brightening.

    Args:
        name: In its headline.
        names: Of its classes.
        raw: What it says of ``(H, W, 3)`` RGB as it is.
        brightened: What it says of it once it is brightened, as the model's own tests do.
    """

    name: str
    names: tuple[str, ...]
    raw: Says
    brightened: Says


def find_models(wanted: Sequence[str]) -> list[Model]:
    """Load EfficientNet-Lite0, those of the command line, and the demo's two where they are there.

    Args:
        wanted: Each ``NAME=CONFIG,CHECKPOINT``.

    Raises:
        FileNotFoundError: If a config or a checkpoint is not there.
        pickle.UnpicklingError: If a checkpoint holds what may not be in it.
        ValueError: If one is written otherwise, does not fit, or is no model of images.
    """
    files = [split(text) for text in wanted]
    own = [_load(*each) for each in (*files, *demo_files())]
    lite = Lite0()
    everything = Model(NAME, NAMES, lite, lambda image: lite(brighten(image)))
    return [everything, *own]


def split(text: str) -> tuple[str, str, str]:
    """``NAME=CONFIG,CHECKPOINT`` -> its three parts.

    Raises:
        ValueError: If it has others.
        FileNotFoundError: If there is no such checkpoint.
    """
    name, equals, files = text.partition('=')
    config, comma, checkpoint = files.rpartition(',')
    if not all((name, equals, config, comma, checkpoint)):
        raise ValueError(f'--model {text}: is written NAME=CONFIG,CHECKPOINT')
    if not Path(checkpoint).is_file():
        raise FileNotFoundError(f'--model {name}: {checkpoint}: there is no such checkpoint')
    return name, config, checkpoint


def demo_files() -> list[tuple[str, str, str]]:
    """Name, config and checkpoint of what ``make demo`` has trained."""
    found = []
    for method, name in DEMO_NAMES.items():
        for folder in DEMO.glob(f'resnet18_{method}_demo/seed0'):
            config = folder / f'resnet18_{method}_demo.py'
            checkpoints = sorted(folder.glob('*.pth'), key=lambda file: file.stat().st_mtime)
            if checkpoints and config.is_file():
                found.append((name, str(config), str(checkpoints[-1])))
    return found


def _load(name: str, config: str, checkpoint: str) -> Model:
    bright = Predictor(config, checkpoint, enhance=True)
    raw = copy.copy(bright)  # the same network
    raw.lift = Lift(None)
    if raw.whole_clips:
        raise ValueError(
            f'--model {name}: {config} recognises clips; the page has models of images'
        )
    return Model(name, raw.names, _of(raw), _of(bright))


def _of(predict: Predictor) -> Says:
    def says(image: np.ndarray) -> tuple[Label, ...]:
        return predict(np.ascontiguousarray(image[..., ::-1]))[0].labels

    return says
