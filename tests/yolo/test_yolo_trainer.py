"""The paired trainer of Ultralytics: equal to the stock one when off, and exact when resumed."""

import csv
from pathlib import Path

import pytest
import torch
from ultralytics.models.yolo.detect import DetectionTrainer
from ultralytics.utils import LOGGER
from ultralytics.utils.dist import ddp_cleanup, generate_ddp_file

from wiid_plugins.models.target import MomentumEncoder
from wiid_plugins.yolo.enhanced import EnhancedValidator
from wiid_plugins.yolo.model import PyramidEncoder
from wiid_plugins.yolo.trainer import PairedDetectionTrainer, target_file
from yolo_toy import WIID, overrides_of, write_set

NO_MASKS = {**WIID, 'mask': None}


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    return write_set(tmp_path_factory.mktemp('set'))


def train(trainer_class, root, wiid=None, each_step=None, **changes):
    trainer = trainer_class(overrides=overrides_of(root, wiid, **changes))
    if each_step:
        trainer.add_callback('on_train_batch_end', each_step)
    trainer.train()
    return trainer


def weights_of_ten_steps(trainer_class, root, wiid=None):
    steps = []

    def keep(trainer):
        state = trainer.model.state_dict()
        steps.append({k: v.clone() for k, v in state.items() if k.startswith('model.')})

    train(trainer_class, root, wiid, keep, epochs=5, val=False)
    return steps


def test_without_night_view_ten_steps_equal_the_stock_trainer_bit_for_bit(root):
    stock = weights_of_ten_steps(DetectionTrainer, root)
    assert len(stock) == 10
    assert not torch.equal(stock[0]['model.0.conv.weight'], stock[9]['model.0.conv.weight'])
    off = dict(darken=None, mask=None, aux=dict(byol=dict(weight=0.0, momentum=0.1), mmd=None))
    ours = weights_of_ten_steps(PairedDetectionTrainer, root, off)
    for a, b in zip(stock, ours, strict=True):
        assert a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a)


def test_loss_columns_reach_the_csv_and_the_target_moves_once_per_optimizer_step(root, monkeypatch):
    moved, update = [], MomentumEncoder.update

    def watch(target, encoder, projectors):
        name = 'model.0.conv.weight'
        before = target.encoder.state_dict()[name].clone()
        update(target, encoder, projectors)
        online = encoder.state_dict()[name]
        torch.testing.assert_close(target.encoder.state_dict()[name], before.lerp(online, 0.1))
        moved.append(not torch.equal(online, before))

    monkeypatch.setattr(MomentumEncoder, 'update', watch)
    trainer = train(PairedDetectionTrainer, root, WIID, epochs=3, nbs=8, model='yolo26n.yaml')
    assert moved == [True] * 3  # two batches of four make a step
    rows = list(csv.DictReader((root / 'run' / 'results.csv').open()))
    assert len(rows) == 3
    for row in rows:
        assert all(float(row[f'train/{c}']) > 0 for c in ('night_loss', 'byol_loss', 'mmd_loss'))
        assert float(row['val/night_loss']) == float(row['val/mmd_loss']) == 0
    assert not any('target' in name for name in trainer.ema.ema.state_dict())
    assert isinstance(trainer.validator, EnhancedValidator)  # it draws pictures on copies
    assert trainer.validator.enhance is None
    trained = sum(len(group['params']) for group in trainer.optimizer.param_groups)
    assert trained == sum(1 for _ in trainer.model.parameters())


class StoppedError(Exception):
    pass


def stop_in_third_epoch(trainer):
    if trainer.epoch == 2:
        raise StoppedError


@pytest.fixture
def stopped(root):
    """A training of four epochs that died in its third."""
    with pytest.raises(StoppedError):
        train(PairedDetectionTrainer, root, NO_MASKS, stop_in_third_epoch, epochs=4)
    return root / 'run' / 'weights'


def resume(root, at_start):
    data, last = str(root / 'data.yaml'), str(root / 'run' / 'weights' / 'last.pt')
    trainer = PairedDetectionTrainer(overrides=dict(data=data, resume=last, device='cpu'))
    trainer.add_callback('on_train_start', at_start)
    trainer.train()
    return trainer


def test_a_killed_training_resumes_with_the_exact_target(root, stopped):
    saved = torch.load(stopped / 'wiid_target.pt', weights_only=True)
    online = torch.load(stopped / 'last.pt', weights_only=False)['ema'].state_dict()
    seen = []

    def check(trainer):
        own = trainer.target.state_dict()
        assert own.keys() == saved['target'].keys()
        assert all(torch.equal(v, saved['target'][k]) for k, v in own.items())
        aux = trainer.model.state_dict()
        assert all(torch.equal(aux[k], v.float()) for k, v in online.items() if 'projectors' in k)
        seen.append((trainer.start_epoch, saved['epoch']))

    trainer = resume(root, check)
    assert seen == [(2, 1)] and trainer.epoch == 3
    assert torch.load(target_file(trainer), weights_only=True)['epoch'] == 3


def test_a_target_of_another_epoch_is_not_used(root, stopped, monkeypatch):
    file, warnings = stopped / 'wiid_target.pt', []
    saved = torch.load(file, weights_only=True)
    torch.save({**saved, 'epoch': 0}, file)
    monkeypatch.setattr(LOGGER, 'warning', warnings.append)

    def check(trainer):
        online = PyramidEncoder(trainer.model).state_dict()
        own = trainer.target.encoder.state_dict()
        assert all(torch.equal(v, online[k]) for k, v in own.items())

    resume(root, check)
    assert any('no momentum encoder of epoch 2' in str(w) for w in warnings)


def test_the_workers_of_several_gpus_get_the_trainer_and_its_options(root):
    trainer = PairedDetectionTrainer(overrides=overrides_of(root, WIID))
    file = generate_ddp_file(trainer)
    state = torch.load(Path(file).with_suffix('.pt'), weights_only=False)
    ddp_cleanup(trainer, file)
    worker = state['trainer'](overrides=state['args'], _callbacks=state['callbacks'])
    assert type(worker) is PairedDetectionTrainer and 'Trainer' in type(worker).__name__
    assert worker.data['wiid'] == trainer.data['wiid'] and worker.data['wiid']['aux'] == WIID['aux']


def test_mmd_without_dark_pictures_is_reported_with_the_mend(root):
    with pytest.raises(ValueError, match=r'wiid.dark \(a folder\), or wiid.aux.mmd=None'):
        train(PairedDetectionTrainer, root, {**WIID, 'dark': None})
    with pytest.raises(FileNotFoundError, match='nowhere: no picture here; wiid.dark'):
        train(PairedDetectionTrainer, root, {**WIID, 'dark': str(root / 'nowhere')})
