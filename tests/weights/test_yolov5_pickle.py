"""YOLOv5 checkpoints: read without their classes, never run, fitted into the Ultralytics model."""

import os
import pickle
import sys
import zipfile
from types import ModuleType

import numpy as np
import pytest
import torch
from torch import nn
from ultralytics.nn.modules import Conv
from ultralytics.nn.tasks import DetectionModel, load_checkpoint

from tools import convert_weights
from wiid_plugins.weights.yolov5 import convert_yolov5, unfocus
from wiid_plugins.weights.yolov5_pickle import read_checkpoint


@pytest.fixture
def official(monkeypatch):
    """Turn an Ultralytics model into one of the classes ``models.yolo`` and ``models.common``."""
    modules = {name: ModuleType(name) for name in ('models', 'models.yolo', 'models.common')}

    def rename(module):
        home = 'models.yolo' if type(module).__name__ in ('Detect', 'DetectionModel') else None
        home = home or 'models.common'
        name = type(module).__name__.replace('DetectionModel', 'Model')
        if not hasattr(modules[home], name):
            setattr(modules[home], name, type(name, (nn.Module,), {'__module__': home}))
        module.__class__ = getattr(modules[home], name)

    def make(model):
        for module in list(model.modules()):
            if type(module).__module__.startswith('ultralytics'):
                rename(module)
        return model

    with monkeypatch.context() as patch:
        for name, module in modules.items():
            patch.setitem(sys.modules, name, module)
        yield make


def stock(size='n', nc=3):
    torch.manual_seed(1)
    model = DetectionModel(f'yolov5{size}.yaml', nc=nc, verbose=False)
    for buffer in model.buffers():  # batch norm statistics that are not the initial ones
        if buffer.is_floating_point():
            buffer.uniform_(0.5, 1)
    return model


def save(path, official, model, **more):
    model.names = ['cat', 'dog', 'cup']
    body = {k: v.clone() for k, v in model.state_dict().items()}
    torch.save(
        {'epoch': -1, 'best_fitness': np.array([0.5]), 'model': official(model), **more}, path
    )
    for name in ('models', 'models.yolo', 'models.common'):
        del sys.modules[name]
    return body


def test_checkpoint_is_read_without_its_classes_and_fits_the_ultralytics_model(tmp_path, official):
    wanted = save(tmp_path / 'old.pt', official, stock().half(), opt={'imgsz': 640}, ema=None)
    with pytest.raises(ModuleNotFoundError):
        torch.load(tmp_path / 'old.pt', weights_only=False)
    checkpoint, summary = convert_yolov5(tmp_path / 'old.pt')
    body = {k: v for k, v in wanted.items() if not k.startswith('model.24.')}
    head = len(wanted) - len(body)
    assert f'YOLOv5n, {len(body)} of {len(body)} tensors' in summary
    assert f'the Detect head ({head} tensors)' in summary
    torch.save(checkpoint, tmp_path / 'new.pt')
    model, _ = load_checkpoint(tmp_path / 'new.pt')
    found = model.state_dict()
    assert all(
        torch.equal(found[k], v.float() if v.is_floating_point() else v) for k, v in body.items()
    )
    assert type(model) is DetectionModel and model.names == {0: 'cat', 1: 'dog', 2: 'cup'}
    head = 'model.24.cv3.0.0.conv.weight'
    assert not torch.equal(found[head].half(), wanted[head])


def test_size_is_read_off_the_tensors(tmp_path, official):
    save(tmp_path / 'old.pt', official, stock('s').half())
    assert 'YOLOv5s' in convert_yolov5(tmp_path / 'old.pt')[1]


def test_layers_that_only_version_5_0_has_stay_untrained_and_are_named(tmp_path, official):
    model = stock()
    model.model[8], model.model[9] = model.model[9], model.model[8]
    save(tmp_path / 'old.pt', official, model)
    assert 'layers [8, 9] are others' in convert_yolov5(tmp_path / 'old.pt')[1]


def test_another_architecture_is_refused(tmp_path, official):
    model = stock()
    model.model[13] = nn.Identity()
    save(tmp_path / 'old.pt', official, model)
    with pytest.raises(ValueError, match=r'layers \[13\] of YOLOv5n find no weights'):
        convert_yolov5(tmp_path / 'old.pt')


def test_focus_equals_the_rewritten_convolution():
    torch.manual_seed(0)
    old, new = Conv(12, 8, 3), Conv(3, 8, 6, 2, 2)
    state = {f'model.0.conv.{k}': v for k, v in old.state_dict().items()}
    new.load_state_dict({k[len('model.0.') :]: v for k, v in unfocus(state).items()})
    x = torch.rand(1, 3, 16, 12)
    cells = [x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]]
    torch.testing.assert_close(new.eval()(x), old.eval()(torch.cat(cells, 1)))


class Malicious:
    def __init__(self, call, *args):
        self.call = call, args

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize('place', ['model', 'extra'])
def test_a_file_that_would_run_a_command_is_refused_before_it_does(tmp_path, official, place):
    mark = tmp_path / 'ran'
    bad = Malicious(os.system, f'touch {mark}')
    if place == 'model':
        torch.save({'model': bad}, tmp_path / 'bad.pt')
    else:
        save(tmp_path / 'bad.pt', official, stock(), extra=bad)
    with pytest.raises(pickle.UnpicklingError, match=r'refused, it asks for posix.system'):
        read_checkpoint(tmp_path / 'bad.pt')
    assert not mark.exists()
    if place == 'model':
        torch.load(tmp_path / 'bad.pt', weights_only=False)
        assert mark.exists()  # it was armed


@pytest.mark.parametrize('call', [(eval, '1'), (getattr, 'a', 'upper'), (__import__, 'os')])
def test_builtins_are_refused(tmp_path, call):
    torch.save({'model': Malicious(*call)}, tmp_path / 'bad.pt')
    with pytest.raises(pickle.UnpicklingError, match='refused, it asks for __builtin__'):
        read_checkpoint(tmp_path / 'bad.pt')


def test_other_files_are_named_for_what_they_are(tmp_path):
    (tmp_path / 'text.pt').write_text('no checkpoint')
    with pytest.raises(ValueError, match='no checkpoint of torch'):
        read_checkpoint(tmp_path / 'text.pt')
    torch.jit.script(nn.Linear(1, 1)).save(tmp_path / 'script.pt')
    with pytest.raises(ValueError, match='TorchScript'):
        read_checkpoint(tmp_path / 'script.pt')
    torch.save({'model': {'weight': torch.ones(1)}}, tmp_path / 'dict.pt')
    with pytest.raises(ValueError, match='no YOLOv5 model'):
        read_checkpoint(tmp_path / 'dict.pt')


def test_a_legacy_pickle_with_a_zip_behind_it_is_refused(tmp_path):
    mark, file = tmp_path / 'ran', tmp_path / 'bad.pt'
    file.write_bytes(pickle.dumps(Malicious(os.system, f'touch {mark}')))
    with zipfile.ZipFile(file, 'a') as archive:
        archive.writestr('a/data.pkl', b'')
    with pytest.raises(pickle.UnpicklingError):
        read_checkpoint(file)
    assert not mark.exists()


def test_the_command_line_writes_a_checkpoint_and_reports_the_head(tmp_path, official, capsys):
    old, new = tmp_path / 'old.pt', tmp_path / 'new.pt'
    save(old, official, stock())
    assert convert_weights.main(['yolov5', str(old), str(new)]) == 0
    assert 'left out: the Detect head' in capsys.readouterr().out
    trained = DetectionModel('yolov5n.yaml', nc=5, verbose=False)
    trained.load(load_checkpoint(new)[0], verbose=False)
    wanted = read_checkpoint(old)[0]['model.23.cv3.conv.weight']
    assert torch.equal(trained.state_dict()['model.23.cv3.conv.weight'], wanted.half().float())
    with pytest.raises(SystemExit, match='none.pt'):
        convert_weights.main(['yolov5', str(tmp_path / 'none.pt'), str(tmp_path / 'b.pt')])
    torch.save({'model': Malicious(os.system, 'true')}, tmp_path / 'bad.pt')
    with pytest.raises(SystemExit, match='bad.pt: refused, it asks for posix.system'):
        convert_weights.main(['yolov5', str(tmp_path / 'bad.pt'), str(tmp_path / 'b.pt')])
    assert not (tmp_path / 'b.pt').exists()
