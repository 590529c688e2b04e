"""Training in bfloat16: the passes are, the weights are not, and every toolbox's heads take it."""

import pytest
import torch
from mmengine.logging import MMLogger
from mmengine.optim import OptimWrapper
from torch.optim import SGD

import act_toy
from toy import build_paired, make_samples, make_views
from wiid_plugins.engine import Bfloat16OptimWrapper, bfloat16


def losses(model, wrapper, steps=3):
    optim = wrapper(optimizer=SGD(model.parameters(), lr=0.1), accumulative_counts=1)
    found = []
    for _ in range(steps):
        with optim.optim_context(model):
            loss, _ = model.parse_losses(model.loss(make_views(), make_samples()))
        optim.update_params(loss)
        found.append(float(loss))
    return found


def test_convolutions_run_in_bfloat16_and_weights_stay_float32():
    model, seen = build_paired(), []
    model.model.backbone.register_forward_hook(lambda _m, _i, out: seen.append(out[-1].dtype))
    losses(model, Bfloat16OptimWrapper, steps=1)
    assert set(seen) == {torch.bfloat16}
    assert {p.dtype for p in model.parameters()} == {torch.float32}


def test_losses_are_those_of_float32_up_to_its_precision():
    exact = losses(build_paired(), OptimWrapper)
    rough = losses(build_paired(), Bfloat16OptimWrapper)
    assert rough != exact and rough == pytest.approx(exact, rel=0.05)


def test_recognizers_report_accuracy_in_bfloat16():
    model = act_toy.build_paired('i3d', mmd=False, views=dict(darken={}))
    optim = Bfloat16OptimWrapper(optimizer=SGD(model.parameters(), lr=0.1))
    log = model.train().train_step(act_toy.batch_of('i3d'), optim)
    assert 0 <= log['day.top1_acc'] <= 1 and torch.isfinite(log['loss'])


@pytest.mark.parametrize(
    ('device', 'able', 'count'), [('cpu', False, 1), ('cpu', True, 0), ('cuda', False, 0)]
)
def test_a_cpu_without_bfloat16_is_told_once_that_it_takes_longer(
    monkeypatch, caplog, tmp_path, device, able, count
):
    logger = MMLogger.get_instance('slow')
    logger.addHandler(caplog.handler)
    monkeypatch.setattr(bfloat16, 'get_device', lambda: device)
    monkeypatch.setattr('platform.machine', lambda: 'x86_64')
    monkeypatch.setattr('torch.cpu._is_avx512_bf16_supported', lambda: able)
    model = torch.nn.Linear(2, 1)
    optim = bfloat16.Bfloat16OptimWrapper(optimizer=SGD(model.parameters(), lr=0.1))
    for _ in range(2 if device == 'cpu' else 0):
        with optim.optim_context(model):
            model(torch.zeros(1, 2)).sum()
    said = [r.message for r in caplog.records if 'no bfloat16 instructions' in r.message]
    assert len(said) == count


def test_the_question_has_an_answer_on_every_machine(monkeypatch):
    for machine in ('x86_64', 'AMD64', 'aarch64'):
        monkeypatch.setattr('platform.machine', lambda machine=machine: machine)
        assert bfloat16.has_bfloat16() in (True, False)
