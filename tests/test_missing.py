"""After ``import wiid_plugins`` the toolboxes import, whatever their wheels forgot."""

import subprocess
import sys
from importlib.util import find_spec

import pytest
import torch
from torch import nn

import wiid_plugins  # noqa: F401
from wiid_plugins import missing


def python(code):
    done = subprocess.run(
        [sys.executable, '-W', 'ignore', '-c', code], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_one_import_is_enough_for_the_models_of_all_toolboxes():
    python('import wiid_plugins, mmpretrain.models, mmdet.models, mmaction.models')


def test_the_package_itself_imports_without_torch():
    assert python('import sys, wiid_plugins; print("torch" in sys.modules)') == 'False\n'


def test_the_localizer_that_mmaction_forgot_says_so():
    missing.offer()
    from mmaction.models.localizers.drn.drn import DRN

    with pytest.raises(NotImplementedError, match='DRN is missing'):
        DRN()


def test_a_module_that_is_installed_is_preferred(tmp_path, monkeypatch):
    (tmp_path / '_ext.py').write_text('compiled = True')
    import mmcv

    monkeypatch.delitem(sys.modules, 'mmcv._ext', raising=False)
    monkeypatch.setattr(mmcv, '__path__', [str(tmp_path)])
    assert find_spec('mmcv._ext').origin == str(tmp_path / '_ext.py')
    monkeypatch.setattr(mmcv, '__path__', [])
    assert isinstance(find_spec('mmcv._ext').loader, missing.StandIns)


def test_an_operator_without_a_stand_in_names_the_layer_the_model_and_the_mend():
    from wiid_plugins import mmcv_ext

    class Head(nn.Module):
        def forward(self, boxes):
            return mmcv_ext.nms_rotated(boxes)

    class Detector(nn.Sequential):
        pass

    with pytest.raises(NotImplementedError) as error:
        Detector(Head())(torch.zeros(1, 5))
    assert str(error.value).startswith("Head (in Detector) needs mmcv's operator nms_rotated")
    assert 'pip uninstall mmcv-lite' in str(error.value) and '\n' not in str(error.value)
