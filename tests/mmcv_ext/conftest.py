"""mmcv's operators run on the stand-ins here, also where a compiled mmcv is installed."""

from importlib import import_module

import pytest

from wiid_plugins import mmcv_ext

FILES = (
    *('carafe', 'deform_conv', 'focal_loss', 'masked_conv', 'modulated_deform_conv'),
    *('multi_scale_deform_attn', 'nms', 'roi_align', 'roi_pool', 'tin_shift'),
)


@pytest.fixture(autouse=True)
def stand_ins(monkeypatch):
    for name in FILES:
        monkeypatch.setattr(import_module(f'mmcv.ops.{name}'), 'ext_module', mmcv_ext)
