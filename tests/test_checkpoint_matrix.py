"""No checkpoint that does not fit its config is tested in silence, in any toolbox."""

import pickle

import pytest
import torch
from mmengine.config import Config
from torch import nn
from ultralytics.nn.tasks import DetectionModel

import act_toy
import det_toy
import toy
from toy import make_runner
from wiid_plugins.engine import CheckpointFitsHook, ClassesHook
from wiid_plugins.yolo import test as yolo_test
from wiid_plugins.yolo.model import PairedDetectionModel
from yolo_toy import NAMES, WIID, write_config, write_set

TOOLBOXES = {
    'mmpretrain': (toy.build_stock, toy.build_paired),
    'mmdet': (lambda: det_toy.build_stock('retinanet'), lambda: det_toy.build_paired('retinanet')),
    'mmaction': (lambda: act_toy.build_stock('i3d'), lambda: act_toy.build_paired('i3d')),
}
MISFITS = {
    'other classes': (ValueError, 'of another shape'),
    'other toolbox': (ValueError, 'weights are missing'),
    'damaged': (pickle.UnpicklingError, 'is damaged'),
    'none': (FileNotFoundError, 'there is no such checkpoint'),
}


def write(folder, kind, stock, paired):
    """Write a checkpoint of a kind."""
    file = folder / 'weights.pth'
    models = {'plain': stock, 'paired': paired, 'other toolbox': lambda: nn.Linear(2, 2)}
    model = models.get(kind, stock)()
    state = model.state_dict()
    if kind == 'other classes':
        last = [
            k for k in state if k.endswith(('fc.weight', 'fc_cls.weight', 'retina_cls.weight'))
        ][-1]
        state[last] = torch.cat([state[last], state[last]])
    torch.save({'state_dict': state, 'meta': {}}, file)
    if kind == 'damaged':
        file.write_bytes(file.read_bytes()[:500])
    if kind == 'none':
        file.unlink()
    return str(file)


def load(folder, model, file, job):
    """Go as far as a test or a training goes before its first batch."""
    hooks = [CheckpointFitsHook(), ClassesHook()]
    loader = dict(dataset=toy.Pictures(2), sampler=dict(type='DefaultSampler'), batch_size=2)
    runner = make_runner(
        folder,
        model,
        hooks=hooks,
        load_from=file,
        test_dataloader=loader,
        test_cfg=dict(),
        test_evaluator=dict(type='mmpretrain.Accuracy', topk=1),
    )
    for name in ('train', 'test'):
        setattr(
            runner,
            f'_{name}_loop',
            getattr(runner, f'build_{name}_loop')(getattr(runner, f'_{name}_loop')),
        )
    runner.load_or_resume()
    runner.call_hook(f'before_{job}')


@pytest.mark.parametrize('job', ['test', 'train'])
@pytest.mark.parametrize('config', [0, 1], ids=['plain', 'paired'])
@pytest.mark.parametrize('kind', ['plain', 'paired', *MISFITS])
@pytest.mark.parametrize('toolbox', TOOLBOXES)
def test_a_checkpoint_is_used_or_refused_with_a_sentence(tmp_path, toolbox, kind, config, job):
    builders = TOOLBOXES[toolbox]
    file = write(tmp_path, kind, *builders)
    error, words = MISFITS.get(kind, (None, None))
    if kind == 'paired' and config == 0:
        error, words = ValueError, 'export_plain.py'
    if error is None or (kind == 'other classes' and job == 'train'):  # a new head is trained
        load(tmp_path, builders[config](), file, job)
        return
    with pytest.raises(error, match=words) as raised:
        load(tmp_path, builders[config](), file, job)
    assert 'weights.pth' in str(raised.value)


def write_yolo(folder, kind):
    """Write a checkpoint of Ultralytics of a kind."""
    file = folder / 'weights.pt'
    wiid = WIID if kind == 'paired' else None
    model = (
        PairedDetectionModel('yolov5n.yaml', 3, 3, False, wiid)
        if wiid
        else DetectionModel('yolov5n.yaml', 3, 3, False)
    )
    model.names = dict(enumerate(['red', 'blue', 'x'] if kind == 'other classes' else NAMES))
    model.args = dict(model='yolov5n.yaml', task='detect')
    content = dict(model=model, train_args=model.args)
    torch.save(model.state_dict() if kind == 'other toolbox' else content, file)
    if kind == 'damaged':
        file.write_bytes(file.read_bytes()[:500])
    if kind == 'none':
        file.unlink()
    return str(file)


@pytest.mark.parametrize('config', ['plain', 'paired'])
@pytest.mark.parametrize('kind', ['plain', 'paired', *MISFITS])
def test_a_checkpoint_of_ultralytics_is_tested_or_refused(tmp_path, kind, config):
    path = write_config(write_set(tmp_path / 'set', n=2))
    if config == 'plain':
        plain = Config.fromfile(path)
        plain.pop('wiid')
        plain.dump(path)
    argv = [
        str(path),
        write_yolo(tmp_path, kind),
        '--work-dir',
        str(tmp_path / 'work'),
        '--device',
        'cpu',
    ]
    if kind in ('plain', 'paired'):
        yolo_test.main(argv)
        assert list(tmp_path.rglob('results.json'))
        return
    with pytest.raises(SystemExit, match='error: .*weights.pt: '):
        yolo_test.main(argv)
    assert not list(tmp_path.rglob('results.json'))
