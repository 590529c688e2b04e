"""The momentum encoder advances once per optimizer step, whatever the loop does."""

from types import SimpleNamespace
from unittest.mock import Mock, patch

import pytest
import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import nn

from toy import build_paired, make_runner
from wiid_plugins.engine import MomentumHook, SafeCheckpointHook
from wiid_plugins.models import MomentumEncoder

MOMENTUM = 0.1


class Recorder(Hook):
    """Keep the online weights after every step that the optimizer itself reports."""

    def before_train(self, runner):
        self.model, self.states = runner.model, [online(runner.model)]
        runner.optim_wrapper.optimizer.register_step_post_hook(self.record)

    def record(self, *_args):
        self.states.append(online(self.model))


def online(model):
    both = nn.ModuleDict(dict(encoder=model.model, projectors=model.aux.projectors))
    return {k: p.detach().double() for k, p in both.named_parameters()}


def train(tmp_path, recorder, **kwargs):
    model = build_paired(mmd=False, views=dict(darken=dict()))
    runner = make_runner(tmp_path, model, hooks=[recorder, MomentumHook()], **kwargs)
    runner.train()
    return runner.model


def closed_form(states, momentum=MOMENTUM):
    slow = states[0]
    for state in states[1:]:
        slow = {k: (1 - momentum) * v + momentum * state[k] for k, v in slow.items()}
    return slow


@pytest.mark.parametrize(('accumulate', 'steps'), [(1, 10), (4, 3)])
def test_equals_the_closed_form_after_every_optimizer_step(tmp_path, accumulate, steps):
    """Ten iterations at ``accumulative_counts=4``: steps after 4, 8 and the incomplete last two."""
    recorder = Recorder()
    optim = dict(accumulative_counts=accumulate)
    update = MomentumEncoder.update
    with patch.object(MomentumEncoder, 'update', autospec=True, side_effect=update) as updates:
        model = train(tmp_path, recorder, n=20, batch_size=2, optim=optim)
    assert len(recorder.states) == 1 + steps == 1 + updates.call_count
    expected = closed_form(recorder.states)
    found = dict(model.target.average.named_parameters())
    assert found.keys() < expected.keys()  # the head is left out
    for key, value in found.items():
        assert (value.double() - expected[key]).abs().max() < 1e-6
    moved = max((expected[k] - recorder.states[0][k]).abs().max() for k in found)
    assert moved > 1e-3  # far more than the tolerance


class Counter(nn.Module):
    """A model that counts its updates."""

    updates = 0

    def update_target(self):
        self.updates += 1


def test_a_step_that_the_gradient_scaler_skipped_does_not_count():
    scale = 64.0
    runner = Mock(spec=Runner)
    runner.model = Counter()
    runner.optim_wrapper = SimpleNamespace(
        should_update=lambda: True, loss_scaler=SimpleNamespace(get_scale=lambda: scale)
    )
    hook = MomentumHook()
    hook.before_train(runner)
    counts = []
    for scale in (64.0, 32.0, 32.0, 64.0, 32.0, 16.0, 16.0):  # noqa: B007  (read by get_scale)
        hook.after_train_iter(runner, 0)
        counts.append(runner.model.updates)
    assert counts == [1, 1, 2, 3, 3, 3, 4]


def test_sharded_strategies_are_refused():
    with pytest.raises(RuntimeError, match='FSDP and DeepSpeed.*not supported, use DDP'):
        MomentumHook().before_train(SimpleNamespace(optim_wrapper=None))


def test_it_is_in_the_checkpoint_and_resumed(tmp_path):
    saving = SafeCheckpointHook(interval=1)
    model = train(tmp_path, Recorder(), checkpoint=saving)
    saved = torch.load(tmp_path / 'epoch_1.pth', weights_only=True)['state_dict']
    target = model.target.state_dict()
    slow, fast = dict(model.target.average.named_parameters()), online(model)
    assert any(not torch.equal(p.double(), fast[k]) for k, p in slow.items())
    assert all(torch.equal(v, saved[f'target.{k}']) for k, v in target.items())
    resumed = train(tmp_path, Recorder(), checkpoint=saving, resume=True)
    assert resumed is not model
    assert all(torch.equal(v, target[k]) for k, v in resumed.target.state_dict().items())
