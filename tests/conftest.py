"""What every test needs: one thread, no state of the test before, and real data if there is any."""

import gc
import importlib
import os
import tempfile
from pathlib import Path

import cv2
import pytest
import torch
from mmengine.logging import MessageHub, MMLogger
from mmengine.registry import DefaultScope
from mmengine.visualization import Visualizer
from PIL import Image

import wiid_plugins  # noqa: F401  (what the toolboxes lack, before one is imported)

os.environ.setdefault('YOLO_OFFLINE', 'true')  # no test asks the network, or writes at home
_SETTINGS = tempfile.TemporaryDirectory(prefix='yolo-')  # goes when the tests end
os.environ.setdefault('YOLO_CONFIG_DIR', _SETTINGS.name)

torch.set_num_threads(1)
cv2.setNumThreads(1)


_OPEN = Image.open


@pytest.fixture(autouse=True)
def stock_pillow(monkeypatch):
    """Undo Ultralytics' patch of Pillow, which asks for another package at unreadable files."""
    monkeypatch.setattr(Image, 'open', _OPEN)


@pytest.fixture(autouse=True)
def no_singletons():
    """Forget mmengine's named instances, so that no test sees those of another."""
    yield
    for manager in (MMLogger, Visualizer, DefaultScope, MessageHub):
        manager._instance_dict.clear()


@pytest.fixture(autouse=True, scope='session')
def little_garbage():
    """Spare the search for garbage all that the toolboxes hold: mmengine asks for one at every set.

    With one process for a few tests, importing all toolboxes would take longer than that.
    """
    if 'PYTEST_XDIST_WORKER' in os.environ:
        for name in ('mmpretrain.models', 'mmdet.models', 'mmaction.models', 'ultralytics'):
            importlib.import_module(name)
        gc.collect()
        gc.freeze()


@pytest.fixture(autouse=True, scope='session')
def plain_configs():
    """Leave the text of configs as it is: to lay it out takes seconds for each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr('mmengine.config.config.FormatCode', lambda text, **_: (text, True))
        yield


@pytest.fixture(autouse=True)
def slow_numbers():
    """Undo what the launcher does to numbers too small for speed."""
    yield
    torch.set_flush_denormal(False)


@pytest.fixture
def real_data():
    """Folder with real pictures; skips the test where there is none."""
    if not os.environ.get('WIID_REAL_DATA'):
        pytest.skip('needs real pictures: set WIID_REAL_DATA to their folder')
    return Path(os.environ['WIID_REAL_DATA'])
