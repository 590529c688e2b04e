"""No command runs what a checkpoint names: it ends with one sentence, status 1 and nothing run."""

import pickle
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.runner import load_checkpoint

from evil import KINDS, Run
from tools import (
    compare_light,
    convert_weights,
    darken,
    enhance,
    export_onnx,
    export_plain,
    night_report,
    predict,
)
from wiid_plugins.compat import load_local
from wiid_plugins.compose import read_config
from wiid_plugins.launch import hand_over
from wiid_plugins.weights.refusal import SWITCH
from yolo_toy import write_config, write_set

ROOT = Path(__file__).resolve().parents[1]
DEMO = 'configs/demo/resnet18_plain_demo.py'


@pytest.fixture(scope='module')
def classifier(tmp_path_factory):
    """The config of a classifier on four images."""
    folder = tmp_path_factory.mktemp('classifier')
    for split in ('train', 'val_day', 'val_night', 'test_day', 'test_night'):
        for name in ('a', 'b'):
            (folder / 'demo' / split / name).mkdir(parents=True)
            for index in range(2):
                image = np.full((48, 48, 3), 90, np.uint8)
                cv2.imwrite(str(folder / 'demo' / split / name / f'{index}.png'), image)
    made = read_config(ROOT / DEMO)
    made.model.backbone.update(stem_channels=8, base_channels=8)
    made.model.head.update(num_classes=2, in_channels=64)
    made.data_preprocessor.num_classes = 2
    made.train_dataloader.update(batch_size=2, num_workers=0, persistent_workers=False)
    file = folder / 'config.py'
    made.dump(file)
    file.write_text(file.read_text().replace('data/demo/', f'{folder}/demo/'))
    return str(file)


@pytest.fixture(scope='module')
def detector(tmp_path_factory):
    """The config of a detector of Ultralytics."""
    return str(write_config(write_set(tmp_path_factory.mktemp('detector'), n=2)))


def tool(job, *arguments):
    """What starts tools/train.py or tools/test.py in this process."""

    def start(file, configs, monkeypatch):
        filled = [a.format(file=file, **configs) for a in arguments]
        monkeypatch.setattr(sys, 'argv', [f'tools/{job}.py', *filled])
        hand_over(job)

    return start


def command(module, *arguments):
    """What calls a tool's main."""
    return lambda file, configs, _: module.main([a.format(file=file, **configs) for a in arguments])


PTH = {
    'train load_from': tool('train', '{classifier}', '--cfg-options', 'load_from={file}'),
    'train resume': tool('train', '{classifier}', '--resume', '{file}'),
    'train init_cfg': tool(
        'train',
        '{classifier}',
        '--cfg-options',
        'model.backbone.init_cfg.type=Pretrained',
        'model.backbone.init_cfg.checkpoint={file}',
    ),
    'test': tool('test', '{classifier}', '{file}'),
    'export': command(export_plain, '{file}', 'out.pth'),
    'predict': command(predict, '{classifier}', '{file}', 'in'),
    'to onnx': command(export_onnx, '{classifier}', '{file}', 'out.onnx'),
    'to report': command(night_report, '{classifier}', '{file}', '--out', 'out'),
    'convert resnet': command(convert_weights, 'resnet', '{file}', 'out.pth'),
    'convert zero-dce': command(convert_weights, 'zero-dce', '{file}', 'out.pth'),
    'convert cut': command(convert_weights, 'cut', '{file}', 'out.pth'),
    'enhance': command(enhance, 'in', 'out', '--method', 'zero-dce', '--weights', '{file}'),
    'darken': command(darken, 'in', 'out', '--method', 'cut', '--weights', '{file}'),
}
PT = {
    'train pretrained': tool('train', '{detector}', '--cfg-options', 'pretrained={file}'),
    'train model': tool('train', '{detector}', '--cfg-options', 'model={file}'),
    'train resume': tool('train', '{detector}', '--resume', '{file}'),
    'test': tool('test', '{detector}', '{file}'),
    'export': command(export_plain, '{file}', 'out.pt'),
    'predict': command(predict, '{detector}', '{file}', 'in'),
    'to onnx': command(export_onnx, '{detector}', '{file}', 'out.onnx'),
    'to report': command(night_report, '{detector}', '{file}', '--out', 'out'),
    'convert yolov5': command(convert_weights, 'yolov5', '{file}', 'out.pt'),
}
FEW = ('meta', 'tar', 'old pickle')  # for those that build a network first; one loader reads all
TABLE = [(start, 'w.pkl', 'pickle') for start in PTH]
TABLE += [(s, 'w.pth', kind) for s in PTH for kind in (FEW if s.startswith('t') else KINDS)]
TABLE += [(start, 'w.pt', kind) for start in PT for kind in KINDS]


@pytest.mark.parametrize(('start', 'name', 'kind'), TABLE)
def test_nothing_in_a_checkpoint_runs_and_one_sentence_says_so(
    start, name, kind, tmp_path, classifier, detector, monkeypatch, capfd
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'in').mkdir()
    cv2.imwrite('in/a.png', np.zeros((16, 16, 3), np.uint8))
    KINDS[kind](Run(tmp_path / 'trace'), tmp_path / name)
    configs = dict(classifier=classifier, detector=detector)
    try:
        said = (PT if name == 'w.pt' else PTH)[start](tmp_path / name, configs, monkeypatch)
        said, status = capfd.readouterr().err, said
    except SystemExit as end:
        said, status = end.code, 1  # as Python ends with a text
    assert not (tmp_path / 'trace').exists()
    assert status == 1 and isinstance(said, str)
    sentence = said.strip().splitlines()
    assert len(sentence) == 1 and sentence[0].startswith('error: ') and name in sentence[0]
    assert 'Traceback' not in said and not list(tmp_path.glob('out*/*.png'))


@pytest.mark.parametrize('kind', ['bare', 'meta', 'before zip', 'old pickle'])
def test_the_sentence_names_the_command_and_the_switch(kind, tmp_path):
    KINDS[kind](Run(tmp_path / 'trace'), tmp_path / 'w.pth')
    with pytest.raises(pickle.UnpicklingError, match=rf'w.pth: .*posix.system.*{SWITCH}=yes$'):
        load_local(str(tmp_path / 'w.pth'))


def test_a_compared_model_is_not_run_either(tmp_path, monkeypatch, classifier):
    monkeypatch.chdir(tmp_path)
    KINDS['meta'](Run(tmp_path / 'trace'), tmp_path / 'w.pth')
    folder = Path(classifier).parent / 'demo'
    options = [f'train_dataloader.dataset.data_prefix={folder}/train']
    options += [f'wiid.dark={folder}/test_night']
    config = str(ROOT / 'configs/demo/resnet18_wiid_demo.py')
    argv = [config, '--checkpoint', 'w.pth', '--count', '2', '--cfg-options', *options]
    with pytest.raises(SystemExit, match='error: w.pth: refused'):
        compare_light.main(argv)
    assert not (tmp_path / 'trace').exists()


@pytest.mark.parametrize('address', ['https://a.invalid/w.pth', 'http://a.invalid/w.pth'])
def test_a_downloaded_checkpoint_is_not_run(address, tmp_path, monkeypatch):
    monkeypatch.setenv('TORCH_HOME', str(tmp_path))
    (tmp_path / 'hub/checkpoints').mkdir(parents=True)
    file = tmp_path / 'hub/checkpoints/w.pth'
    KINDS['meta'](Run(tmp_path / 'trace'), file)
    with pytest.raises(pickle.UnpicklingError, match='a.invalid/w.pth: refused.*posix.system'):
        load_checkpoint(torch.nn.Linear(1, 1), address)
    assert not (tmp_path / 'trace').exists()
    torch.save({'state_dict': {}}, file)
    load_checkpoint(torch.nn.Linear(1, 1), address)


@pytest.mark.parametrize(('value', 'runs'), [('yes', True), ('1', False), ('true', False)])
def test_who_trusts_a_file_can_open_it(value, runs, tmp_path, monkeypatch):
    KINDS['state_dict'](Run(tmp_path / 'trace'), tmp_path / 'w.pth')
    monkeypatch.setenv(SWITCH, value)
    try:
        load_local(str(tmp_path / 'w.pth'))
    except pickle.UnpicklingError:
        assert not runs
    assert (tmp_path / 'trace').exists() == runs
