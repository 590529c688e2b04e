"""A learned fill of Ultralytics' detectors: trained with the model, resumed with it, not exported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from ultralytics import YOLO
from ultralytics.utils.torch_utils import unwrap_model

from wiid_plugins.yolo.drawn import drawn_batches
from wiid_plugins.yolo.export import plain_checkpoint
from wiid_plugins.yolo.trainer import PairedDetectionTrainer
from wiid_plugins.yolo.views import GREY, PairedViews
from yolo_toy import WIID, overrides_of, write_config, write_set

FILLS = ('token', 'texture')


def filled(fill):
    """The method with a fill."""
    return {**WIID, 'mask': {**WIID['mask'], 'fill': fill}}


TOKEN = filled('token')
NAME = 'mask_token.value'


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    return write_set(tmp_path_factory.mktemp('set'))


def train(root, wiid=TOKEN, each_step=None, **changes):
    trainer = PairedDetectionTrainer(overrides=overrides_of(root, wiid, **changes))
    if each_step:
        trainer.add_callback('on_train_batch_end', each_step)
    trainer.train()
    return trainer


def set_up(root, wiid, **changes):
    trainer = PairedDetectionTrainer(overrides=overrides_of(root, wiid, **changes))
    trainer._setup_train()
    trainer.model.train()
    return trainer


def first_batch(trainer, grid=None):
    if grid is not None:
        views = PairedViews({}, {}, grid, trainer.views.dark, trainer.model.mask_token)
        trainer.views = views
    return trainer.preprocess_batch(next(iter(trainer.train_loader)))


@pytest.mark.parametrize('fill', FILLS)
def test_the_first_step_is_that_of_grey_bit_for_bit(root, fill):
    batches, losses = [], []
    for option in ('mean', fill):
        trainer = set_up(root, filled(option))
        torch.manual_seed(4)
        batches.append(first_batch(trainer))
        losses.append(trainer.model(batches[-1])[0])
    assert (batches[0]['img'] == GREY).all(1).any() and batches[1]['img'].requires_grad
    for key in ('img', 'night', 'dark', 'cls', 'bboxes'):
        assert torch.equal(batches[0][key], batches[1][key]), key
    assert torch.equal(*losses) and len(losses[0]) == 8


def test_all_views_show_it_where_they_are_hidden(root):
    trainer = set_up(root, TOKEN)
    colour = torch.tensor([0.9, -0.5, 0.3]).view(3, 1, 1)
    trainer.model.mask_token.value.data.copy_(colour)
    batch = first_batch(trainer)
    hidden = [(batch[view] == colour + GREY).all(1) for view in ('img', 'night', 'dark')]
    assert torch.equal(hidden[0], hidden[1]) and torch.equal(hidden[0], hidden[2])
    assert 0 < hidden[0].float().mean() < 0.9


@pytest.mark.parametrize('hidden', [True, False])
@pytest.mark.parametrize('fill', FILLS)
def test_every_loss_trains_it_unless_all_is_visible(root, fill, hidden):
    trainer = set_up(root, filled(fill))
    share = 0.4 if hidden else 0.0
    losses = trainer.model(first_batch(trainer, dict(front_ratio=share, back_ratio=share)))[0]
    for loss in losses:
        (gradient,) = torch.autograd.grad(loss, trainer.model.mask_token.value, retain_graph=True)
        assert gradient.isfinite().all() and bool(gradient.any()) == hidden


def test_a_step_changes_it_and_the_moving_average_follows(root):
    seen = []

    def look(trainer):
        ema = trainer.ema.ema.state_dict()[NAME]
        seen.append((trainer.model.mask_token.value.detach().clone(), ema.clone()))

    trainer = train(root, TOKEN, look, plots=True)  # drawn too, although they have a gradient
    own, averaged = seen[-1]
    assert own.dtype == torch.float32 and own.abs().min() > 0 and averaged.abs().min() > 0
    assert not torch.equal(own, averaged) and not torch.equal(own, seen[0][0])
    assert (trainer.save_dir / 'train_batch0_night.jpg').is_file()
    trained = sum(len(group['params']) for group in trainer.optimizer.param_groups)
    assert trained == sum(1 for _ in trainer.model.parameters())


def test_mixed_precision_gives_it_a_gradient_in_full_precision(root):
    trainer = set_up(root, TOKEN)
    with torch.autocast('cpu', torch.bfloat16):
        loss = trainer.model(first_batch(trainer))[0].sum()
    loss.backward()
    gradient = trainer.model.mask_token.value.grad
    assert gradient.dtype == torch.float32 and gradient.isfinite().all() and gradient.all()


def test_mu_sgd_trains_a_texture(root):
    trainer = train(root, filled('texture'), optimizer='MuSGD', val=False)
    assert trainer.model.mask_token.value.ne(0).float().mean() > 0.5


class StoppedError(Exception):
    pass


def test_a_killed_training_resumes_with_it_and_its_momentum(root):
    def stop(trainer):
        if trainer.epoch == 1:
            raise StoppedError

    with pytest.raises(StoppedError):
        train(root, TOKEN, stop, epochs=3)
    last, seen = root / 'run' / 'weights' / 'last.pt', []
    saved = torch.load(last, weights_only=False)
    value = saved['ema'].state_dict()[NAME].float()

    def look(trainer):
        model = unwrap_model(trainer.model)
        momentum = trainer.optimizer.state[model.mask_token.value]['momentum_buffer']
        seen.append((model.mask_token.value.detach().clone(), momentum.any()))
        assert trainer.views.shown is model.mask_token
        assert torch.equal(trainer.ema.ema.state_dict()[NAME], value)

    own = dict(data=str(root / 'data.yaml'), resume=str(last), device='cpu')
    trainer = PairedDetectionTrainer(overrides=own)
    trainer.add_callback('on_train_start', look)
    trainer.train()
    assert torch.equal(seen[0][0], value) and seen[0][1] and value.abs().min() > 0
    assert not torch.equal(trainer.model.mask_token.value, value)


def test_the_exported_model_has_no_trace_of_it_and_plain_weights_start_one(root, tmp_path):
    trainer = train(root, TOKEN)
    stock, kept, left = plain_checkpoint(trainer.best)
    assert not any('mask_token' in name for name in stock['model'].state_dict())
    file = tmp_path / 'plain.pt'
    torch.save(stock, file)
    assert type(YOLO(file).model).__name__ == 'DetectionModel'
    again = set_up(root, TOKEN, pretrained=str(file))
    weights = again.model.state_dict()
    assert len(weights) == kept + left and not weights[NAME].any()
    assert torch.equal(weights['model.0.conv.weight'], stock['model'].model[0].conv.weight.float())


def test_a_wrong_fill_and_one_without_masks_are_refused(root):
    with pytest.raises(ValueError, match="fill='black': choose 'mean', 'token' or 'texture'"):
        set_up(root, filled('black'))
    with pytest.raises(ValueError, match='hidden without wiid.darken'):
        set_up(root, {**TOKEN, 'aux': None, 'darken': None})


def test_what_is_drawn_for_people_stays_grey(root):
    from mmengine.config import Config

    config = Config.fromfile(write_config(root))
    config.wiid.mask.fill = 'token'
    _, masked = next(drawn_batches(config, 4, 0))
    assert not masked['img'].requires_grad and (masked['img'] == GREY).all(1).any()


def work(root):
    """One of two processes; its rank is in the environment, as torchrun puts it there."""
    import torch.distributed as dist
    from torch.nn.parallel import DistributedDataParallel

    class OnCpu(DistributedDataParallel):
        def __init__(self, module, device_ids=None, **kwargs):
            super().__init__(module, **kwargs)

    torch.set_num_threads(1)
    torch.nn.parallel.DistributedDataParallel = OnCpu
    rank, method = int(os.environ['RANK']), f'file://{root}/meeting'
    dist.init_process_group('gloo', init_method=method, rank=rank, world_size=2)
    wiid = {**TOKEN, 'aux': {**WIID['aux'], 'mmd': None}}
    trainer = PairedDetectionTrainer(overrides=overrides_of(root, wiid))
    trainer.world_size = 2
    trainer._setup_train()
    trainer.model.train()
    batch, model = first_batch(trainer), unwrap_model(trainer.model)
    value = model.mask_token.value
    alone = torch.autograd.grad(model.loss(batch)[0].sum(), value, retain_graph=True)[0]
    trainer.model(batch)[0].sum().backward()
    torch.save((value.grad, alone), root / f'rank{rank}.pt')
    dist.destroy_process_group()


def test_two_processes_hold_the_mean_of_their_gradients(tmp_path):
    write_set(tmp_path)
    environment = os.environ | dict(WORLD_SIZE='2', LOCAL_WORLD_SIZE='2', OMP_NUM_THREADS='1')
    environment |= dict(PYTHONPATH=os.pathsep.join(sys.path), GLOO_SOCKET_IFNAME='lo')
    command = [sys.executable, '-W', 'ignore', __file__, str(tmp_path)]
    started = [
        subprocess.Popen(command, env=environment | dict(RANK=rank, LOCAL_RANK=rank))
        for rank in '01'
    ]
    try:
        ended = [process.wait(timeout=120) for process in started]
    finally:
        for process in started:
            process.kill()
    assert ended == [0, 0]
    found, alone = zip(*(torch.load(tmp_path / f'rank{rank}.pt') for rank in '01'), strict=True)
    assert torch.equal(*found) and not torch.allclose(*alone)
    torch.testing.assert_close(found[0], (alone[0] + alone[1]) / 2, rtol=1e-4, atol=1e-6)


if __name__ == '__main__':
    work(Path(sys.argv[1]))
