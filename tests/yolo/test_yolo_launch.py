"""Config in, training and test report out; the exported model needs nothing of this package."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import yaml
from mmengine.config import Config
from ultralytics.nn.tasks import DetectionModel, load_checkpoint

from tools import export_plain
from wiid_plugins.yolo import test, train
from wiid_plugins.yolo.export import plain_checkpoint
from wiid_plugins.yolo.model import PairedDetectionModel
from wiid_plugins.yolo.options import setting, write_data
from yolo_toy import NAMES, WIID, write_config, write_set


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """A config, and the work dir of a training from it."""
    root = write_set(tmp_path_factory.mktemp('set'), size=(48, 64))
    config, work = write_config(root), root / 'work'
    options = ['--cfg-options', 'train.epochs=2']
    train.main([str(config), '--work-dir', str(work), '--device', 'cpu', *options])
    return config, work


def test_training_writes_weights_options_and_config(trained):
    config, work = trained
    data = yaml.safe_load((work / 'data.yaml').read_text())
    assert data['wiid']['mask'] == WIID['mask']
    assert Config.fromfile(work / config.name).train.epochs == 2
    lines = (work / 'train' / 'results.csv').read_text().splitlines()
    assert len(lines) == 3 and 'train/mmd_loss' in lines[0]


def test_resume_continues_and_a_missing_checkpoint_is_named(trained, monkeypatch):
    config, work = trained
    started = []
    monkeypatch.setattr(
        train,
        'PairedDetectionTrainer',
        lambda overrides, _callbacks: started.append(overrides) or _Silent(),
    )
    for extra in ([], ['--resume'], ['--amp', '--cfg-options', 'train.lr0=0.5']):
        train.main([str(config), '--work-dir', str(work), *extra])
    plain, resumed, amp = started
    assert 'resume' not in plain and plain['amp'] is False and plain['model'] == 'yolov5n.yaml'
    assert not (work / 'train').samefile(Path(plain['data']).parent)  # several GPUs: it is emptied
    assert resumed['resume'] == str(work / 'train' / 'weights' / 'last.pt')
    assert amp['amp'] is True and amp['lr0'] == 0.5
    with pytest.raises(SystemExit, match='none.pt: there is no such checkpoint to resume'):
        train.main([str(config), '--work-dir', str(work), '--resume', 'none.pt'])


def test_resuming_a_finished_training_says_so_and_changes_nothing(trained, capfd):
    config, work = trained
    before = (work / 'train/weights/last.pt').read_bytes()
    train.main([str(config), '--work-dir', str(work), '--device', 'cpu', '--resume'])
    assert 'finished, there is nothing to resume' in ''.join(capfd.readouterr())
    assert (work / 'train/weights/last.pt').read_bytes() == before


@pytest.mark.parametrize('job', ['train', 'test'])
def test_labels_outside_the_names_are_named_before_images_are_dropped(tmp_path, job):
    root = write_set(tmp_path / 'set')
    config, spoilt = write_config(root), root / 'labels' / 'val' / '3.txt'
    spoilt.write_text(spoilt.read_text() + '\n7 0.5 0.5 0.1 0.1\n')
    checkpoint = root / 'w.pt'
    argv = [str(config), '--work-dir', str(tmp_path / 'work')]
    if job == 'test':
        torch.save({'model': DetectionModel('yolov5n.yaml', 3, 3, False)}, checkpoint)
        model = torch.load(checkpoint, weights_only=False)['model']
        model.names, model.args = dict(enumerate(NAMES)), dict(model='yolov5n.yaml')
        torch.save({'model': model, 'train_args': model.args}, checkpoint)
        argv.insert(1, str(checkpoint))
    with pytest.raises(
        SystemExit, match=r'1 label.s. are outside the 3 classes.*3.txt, line 3: class 7'
    ):
        (train if job == 'train' else test).main(argv)


def test_a_checkpoint_of_other_classes_is_not_tested(trained, tmp_path):
    config, work = trained
    options = ['--device', 'cpu', '--cfg-options', "data.names=['red','blue','green']"]
    with pytest.raises(SystemExit, match=r"last.pt: was trained on the classes \['red', 'green'"):
        test.main(
            [
                str(config),
                str(work / 'train/weights/last.pt'),
                '--work-dir',
                str(tmp_path),
                *options,
            ]
        )
    assert not list(tmp_path.rglob('results.json'))


class _Silent:
    def train(self):
        pass


def test_torchrun_gives_each_process_a_device_of_one_machine(trained, monkeypatch):
    config, work = trained
    args = train.parse([str(config), '--launcher', 'pytorch'])
    monkeypatch.setenv('WORLD_SIZE', '2')
    monkeypatch.setenv('LOCAL_WORLD_SIZE', '2')
    assert train.overrides_of(args, Config.fromfile(config), work)['device'] == '0,1'
    monkeypatch.setenv('LOCAL_WORLD_SIZE', '1')
    with pytest.raises(SystemExit, match='one machine only'):
        train.overrides_of(args, Config.fromfile(config), work)


def test_one_test_run_scores_day_and_night_raw_and_enhanced_with_pictures(trained, monkeypatch):
    config, work = trained
    weights = work / 'train' / 'weights' / 'last.pt'
    test.main([str(config), str(weights), '--work-dir', str(work), '--device', 'cpu'])
    report = json.loads((work / 'test' / 'results.json').read_text())
    domains = ['day', 'day_enhanced', 'night', 'night_enhanced']
    assert list(report['results']) == domains and report['setting'] == 'unsupervised'
    for domain in domains:
        assert set(report['results'][domain]) == {test.OVERALL, *NAMES}
        assert set(report['results'][domain]['red']) == {'mAP50', 'mAP50-95'}
        for kind in ('labels', 'pred'):
            assert (work / 'test' / domain / f'val_batch0_{kind}.jpg').is_file()
        assert (work / 'test' / domain / 'confusion_matrix_normalized.png').is_file()
    with pytest.raises(SystemExit, match='none.pt: there is no such checkpoint'):
        test.main([str(config), 'none.pt', '--work-dir', str(work)])


STOCK_RUN = """
import sys
sys.modules['wiid_plugins'] = None  # any import of it fails
sys.argv = ['yolo', 'predict', 'model={weights}', 'source={image}', 'imgsz=64', 'save=False',
            'device=cpu', 'conf=0.001']
import torch
from ultralytics import YOLO
from ultralytics.cfg import entrypoint
entrypoint()
torch.save(YOLO('{weights}').model.float().eval()(torch.load('{probe}'))[0], '{probe}')
"""


def test_export_is_loaded_by_the_stock_command_without_this_package(trained, tmp_path):
    _, work = trained
    weights = work / 'train' / 'weights' / 'best.pt'
    plain, probe = tmp_path / 'plain.pt', tmp_path / 'probe.pt'
    assert export_plain.main([str(weights), str(plain)]) == 0
    assert b'wiid' not in plain.read_bytes() and b'wiid' in weights.read_bytes()
    stock, kept, left = plain_checkpoint(weights)
    assert type(stock['model']) is DetectionModel and left > 0
    paired, _ = load_checkpoint(weights)
    assert type(paired) is PairedDetectionModel and kept + left == len(paired.state_dict())
    x = torch.rand(1, 3, 64, 64)
    torch.save(x, probe)
    image = next((work.parent / 'images' / 'night').glob('*.png'))
    code = STOCK_RUN.format(weights=plain, image=image, probe=probe)
    done = subprocess.run(
        [sys.executable, '-c', code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert 'image 1/1' in done.stdout
    torch.testing.assert_close(torch.load(probe), paired.eval()(x)[0], rtol=1e-4, atol=1e-4)
    with pytest.raises(ValueError, match='DetectionModel, so it is plain already'):
        plain_checkpoint(plain)


def test_the_setting_is_named(trained):
    config = Config.fromfile(trained[0])
    assert setting(config)['setting'] == 'unsupervised'
    config.wiid.aux.mmd = None
    assert setting(config) | {'selection': None} == dict(
        setting='zero-shot', unlabelled_dark=None, darken=None, enhance=None, selection=None
    )
    config.wiid.darken = dict(weights='cut.pth')
    assert setting(config)['setting'] == 'unsupervised'


@pytest.mark.parametrize(
    ('key', 'named'),
    [('path', 'nowhere/images/train'), ('train', 'nowhere'), ('val', 'nowhere')],
)
def test_a_missing_data_folder_is_named_with_the_mend(trained, tmp_path, key, named):
    config = Config.fromfile(trained[0])
    config.data[key] = 'nowhere'
    with pytest.raises(FileNotFoundError, match=f'{named}: there is no such.*{key}.*tools/prepare'):
        write_data(config, tmp_path)
    assert not list(tmp_path.iterdir())


def test_of_several_folders_each_is_looked_for(trained, tmp_path):
    config = Config.fromfile(trained[0])
    config.data.train = ['images/train', 'images/night']
    assert write_data(config, tmp_path).is_file()
    config.data.train = ['images/train', 'images/nowhere']
    with pytest.raises(FileNotFoundError, match='images/nowhere: there is no such'):
        write_data(config, tmp_path)
