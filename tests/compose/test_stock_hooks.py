"""Stock hooks work on a paired model, or are refused."""

import copy

import pytest
import torch
from mmengine.config import ConfigDict
from mmengine.runner import load_checkpoint

from compose_toy import two_lines
from toy import build_paired, build_stock, make_runner
from wiid_plugins.compose import compose
from wiid_plugins.weights.plain import export_file

CLS = 'mmpretrain::resnet/resnet18_8xb32_in1k.py'


def averaging(folder, model, kind, **kwargs):
    return make_runner(
        folder,
        model,
        hooks=[dict(type='EMAHook', momentum=0.25, **kind), dict(type='wiid_plugins.MomentumHook')],
        checkpoint=dict(type='wiid_plugins.SafeCheckpointHook', interval=1),
        **kwargs,
    )


@pytest.mark.parametrize(
    'kind',
    [
        dict(),
        dict(ema_type='mmdet.ExpMomentumEMA', update_buffers=True, gamma=2),
    ],
)
def test_averaged_weights_are_what_is_saved_and_exported(tmp_path, kind):
    model = build_paired(mmd=False, views=dict(darken=dict()))
    steps, hook = [], model.register_forward_pre_hook(lambda m, _: steps.append(weight(m)))
    runner = averaging(tmp_path, model, kind)
    runner.train()
    hook.remove()
    steps.append(weight(model))
    (ema,) = (h for h in runner.hooks if type(h).__name__ == 'EMAHook')
    average = weight(ema.ema_model.module)
    if not kind:
        first, last = (
            steps[1].double(),
            steps[2].double(),
        )  # as mmengine counts: starts at the first
        torch.testing.assert_close(average.double(), 0.75 * first + 0.25 * last, atol=1e-6, rtol=0)
    assert not torch.equal(average, weight(model))
    file, plain = tmp_path / 'epoch_1.pth', tmp_path / 'plain.pth'
    export_file(file, plain)
    stock = build_stock(seed=5)
    load_checkpoint(stock, str(plain), map_location='cpu', strict=True)
    assert torch.equal(stock.backbone.conv1.weight, average)


def weight(model):
    return model.model.backbone.conv1.weight.detach().clone()


def test_an_average_starts_from_a_plain_checkpoint_and_goes_on_after_a_resume(tmp_path):
    stock = build_stock(seed=5)
    torch.save({'state_dict': stock.state_dict(), 'meta': {}}, tmp_path / 'plain.pth')
    runner = averaging(
        tmp_path / 'a',
        build_paired(mmd=False, views=dict(darken=dict())),
        {},
        load_from=str(tmp_path / 'plain.pth'),
        optim=dict(optimizer=dict(type='SGD', lr=0.0)),
    )
    runner.train()
    (ema,) = (h for h in runner.hooks if type(h).__name__ == 'EMAHook')
    assert torch.equal(weight(ema.ema_model.module), stock.backbone.conv1.weight)
    saved = torch.load(tmp_path / 'a/epoch_1.pth', weights_only=False)
    resumed = averaging(
        tmp_path / 'b',
        build_paired(mmd=False, seed=7, views=dict(darken=dict())),
        {},
        epochs=1,
        load_from=str(tmp_path / 'a/epoch_1.pth'),
        resume=True,
    )
    resumed.train()
    (ema,) = (h for h in resumed.hooks if type(h).__name__ == 'EMAHook')
    for name, value in ema.ema_model.module.state_dict().items():
        assert torch.equal(value, saved['state_dict'][name]), name


@pytest.mark.parametrize('name', ['PreciseBNHook', 'MeanTeacherHook'])
def test_a_hook_that_does_not_fit_is_refused(name):
    cfg = two_lines(CLS)
    cfg.custom_hooks = [ConfigDict(type=name)]
    with pytest.raises(ValueError, match=f'custom_hooks has {name}.*take it out'):
        compose(cfg)
    plain = copy.deepcopy(cfg)
    plain.wiid.paired = False
    assert compose(plain).custom_hooks[0].type == name


def test_stock_hooks_and_their_order_are_kept():
    cfg = two_lines('mmdet::rtmdet/rtmdet_tiny_8xb32-300e_coco.py')
    before, default = copy.deepcopy(cfg.custom_hooks), copy.deepcopy(cfg.default_hooks)
    after = compose(cfg)
    assert after.custom_hooks[: len(before)] == before
    assert after.default_hooks.checkpoint == {
        **default.checkpoint,
        'type': 'wiid_plugins.SafeCheckpointHook',
    }
