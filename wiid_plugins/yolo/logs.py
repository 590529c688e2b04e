"""Log a training of Ultralytics to what a config names, whatever the user's own settings say."""

from collections.abc import Sequence
from importlib import import_module

from ultralytics.utils.callbacks import get_default_callbacks

NAMES = {'tensorboard': 'tensorboard', 'wandb': 'wb', 'mlflow': 'mlflow'}  # of Ultralytics' modules


def callbacks_for(packages: Sequence[str]) -> dict[str, list]:
    """Give Ultralytics' callbacks, and those that log with some packages.

    Its settings file switches them for all trainings of a user, and is left alone.
    """
    found = get_default_callbacks()
    for package in packages:
        own = import_module(f'ultralytics.utils.callbacks.{NAMES[package]}').callbacks
        for event, call in own.items():
            found[event].append(call)
    return found
