"""Checkpoints of Ultralytics and of this package open in the safe loader; others are refused."""

import os
import pickle
import subprocess
import sys
from argparse import Namespace

import pytest
import torch
from ultralytics import YOLO
from ultralytics.nn import tasks
from ultralytics.utils.torch_utils import strip_optimizer

from evil import KINDS, Run
from wiid_plugins.compat import load_local
from wiid_plugins.weights.refusal import SWITCH
from wiid_plugins.yolo.checkpoint import open_checkpoint
from wiid_plugins.yolo.model import PairedDetectionModel
from wiid_plugins.yolo.trainer import PairedDetectionTrainer, load_target, target_file
from yolo_toy import WIID, overrides_of, write_set


@pytest.mark.parametrize(
    'name',
    ['yolov5n', 'yolov8n', 'yolo11n', 'yolo26n', 'yolo11n-seg', 'yolov8n-cls', 'yolov8n-pose'],
)
def test_a_stock_checkpoint_opens_and_gives_what_was_saved(tmp_path, name):
    model = YOLO(f'{name}.yaml')
    model.save(tmp_path / 'stock.pt')
    opened, beside = open_checkpoint(tmp_path / 'stock.pt')
    assert type(opened) is type(model.model) and 'version' in beside
    for key, value in model.model.half().float().state_dict().items():
        torch.testing.assert_close(opened.state_dict()[key], value)


@pytest.mark.parametrize('fill', ['mean', 'token', 'texture'])
def test_what_a_training_writes_opens_in_its_middle_and_at_its_end(tmp_path, fill):
    root, kept = write_set(tmp_path / 'set'), []
    wiid = {**WIID, 'mask': {**WIID['mask'], 'fill': fill}}
    trainer = PairedDetectionTrainer(overrides=overrides_of(root, wiid))
    trainer.add_callback('on_model_save', lambda t: kept.append(open_checkpoint(t.last)))
    trainer.train()
    (model, beside), (stripped, bare) = kept[0], open_checkpoint(trainer.best)
    assert type(model) is type(stripped) is PairedDetectionModel
    assert (model.mask_token is None) == (fill == 'mean') and 'optimizer' in beside
    assert bare['optimizer'] is None and bare['epoch'] == -1  # the safe loader stripped it
    assert load_local(str(target_file(trainer)))['epoch'] == 0


def test_a_file_beside_a_training_is_not_run_when_it_ends(tmp_path):
    file = tmp_path / 'best.pt'
    KINDS['meta'](Run(tmp_path / 'trace'), file)
    before = file.read_bytes()
    assert strip_optimizer(file) == {} and file.read_bytes() == before
    assert not (tmp_path / 'trace').exists()


def test_a_momentum_encoder_that_runs_something_is_refused(tmp_path):
    trainer = Namespace(wdir=tmp_path, device='cpu')
    KINDS['state_dict'](Run(tmp_path / 'trace'), tmp_path / 'wiid_target.pt')
    with pytest.raises(pickle.UnpicklingError, match='wiid_target.pt: refused.*posix.system'):
        load_target(trainer, None, 0)
    assert not (tmp_path / 'trace').exists()


def test_a_checkpoint_of_another_class_names_it(tmp_path):
    torch.save({'model': Namespace(x=1)}, tmp_path / 'w.pt')
    with pytest.raises(pickle.UnpicklingError, match='w.pt: refused.*argparse.Namespace'):
        open_checkpoint(tmp_path / 'w.pt')


def test_the_yaml_in_a_checkpoint_is_not_evaluated(tmp_path):
    file = tmp_path / 'w.pt'
    model = YOLO('yolov5n.yaml')
    model.model.yaml['activation'] = f'__import__("os").system("touch {tmp_path}/trace")'
    with pytest.raises(TypeError, match='unsupported activation'):
        tasks.DetectionModel(model.model.yaml, verbose=False)
    model.save(file)
    open_checkpoint(file)
    assert not (tmp_path / 'trace').exists()


@pytest.mark.parametrize('value', ['yes', 'no'])
def test_ultralytics_of_this_process_and_of_its_children_is_told(value, tmp_path):
    KINDS['meta'](Run(tmp_path / 'trace'), tmp_path / 'w.pt')
    code = 'import ultralytics.nn.tasks as t, wiid_plugins.yolo, os; print(t.SAFE_LOAD, end=" "); '
    code += 'print(os.environ.get("ULTRALYTICS_SAFE_LOAD")); t.torch_safe_load("w.pt")'
    environment = {k: v for k, v in os.environ.items() if k != 'ULTRALYTICS_SAFE_LOAD'}
    done = subprocess.run(
        [sys.executable, '-c', code],
        cwd=tmp_path,
        env={**environment, SWITCH: value, 'PYTHONPATH': os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.split()[-2:] == (['False', 'None'] if value == 'yes' else ['True', '1'])
    assert (tmp_path / 'trace').exists() == (value == 'yes')
