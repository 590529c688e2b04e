"""A learned fill of what masking hides: where it is seen, what trains it, and where it is gone."""

import numpy as np
import pytest
import torch
import torch.distributed as dist
from mmengine.model import MMDistributedDataParallel
from mmengine.optim import OptimWrapper

from toy import Pictures, build_paired, build_stock, make_runner, make_samples
from wiid_plugins.compat import load_local
from wiid_plugins.engine import (
    Bfloat16OptimWrapper,
    CheckpointFitsHook,
    ReseedHook,
    SafeCheckpointHook,
)
from wiid_plugins.models import MaskToken, WiidAux
from wiid_plugins.weights.plain import plain as plain_of

FILLS = ('token', 'texture')
MASKS = dict(darken=dict(), regions=dict(highlight=0.5, blocks=0.5))
WHOLE = dict(darken=dict(), regions=dict(highlight=0, blocks=0))
NAME = 'data_preprocessor.mask_token.value'


def make(fill='token', views=MASKS, **kwargs):
    return build_paired(views=dict(views, fill=fill), **kwargs)


def make_batch(n=4, seed=0):
    day, dark = Pictures(n + seed), Pictures(2 * n)
    batch = dict(inputs=[day[i]['inputs'] for i in range(seed, seed + n)])
    batch['dark'] = [dark[n + i]['inputs'] // 8 for i in range(n)]
    return batch | dict(data_samples=make_samples(n))


def views_of(model, seed=3):
    torch.manual_seed(seed)
    return model.data_preprocessor(make_batch(), True)


def losses_of(model, seed=3):
    return model(**views_of(model, seed), mode='loss')


def gradient_of(model, *only):
    losses = losses_of(model)
    if only:
        losses = {k: v for k, v in losses.items() if k in only}
    model.parse_losses(losses)[0].backward()
    return model.data_preprocessor.mask_token.value.grad


@pytest.mark.parametrize('fill', FILLS)
@pytest.mark.parametrize('mean', [0.0, 0.4])
@pytest.mark.parametrize('shape', [(2, 3, 20, 37), (2, 3, 4, 33, 16), (1, 3, 7, 5)])
def test_it_is_the_equation(fill, mean, shape):
    torch.manual_seed(0)
    token = MaskToken(fill, mean).double()
    torch.nn.init.normal_(token.value)
    images = torch.randn(shape, dtype=torch.float64)
    visible = torch.rand(shape[0], *shape[-2:]) < 0.5
    found, tile = token(images, visible).detach().numpy(), token.value.detach().numpy()
    for place in np.ndindex(*shape):
        n, channel, *_, y, x = place
        hidden = tile[channel, y % tile.shape[1], x % tile.shape[2]] + mean
        assert found[place] == (images.numpy()[place] if visible[n, y, x] else hidden)


def test_images_keep_their_dtype():
    visible = torch.zeros(1, 4, 4, dtype=torch.bool)
    for dtype in (torch.half, torch.bfloat16, torch.float32):
        assert MaskToken('token')(torch.rand(1, 3, 4, 4).to(dtype), visible).dtype == dtype


@pytest.mark.parametrize('fill', FILLS)
@pytest.mark.parametrize('name', ['resnet', 'vit'])
def test_the_first_step_is_that_of_the_mean_colour_bit_for_bit(fill, name):
    learned, mean = make(fill, name=name), make('mean', name=name)
    assert NAME in learned.state_dict() and NAME not in mean.state_dict()
    assert len(list(learned.parameters())) == len(list(mean.parameters())) + 1
    pairs = zip(views_of(learned)['inputs'], views_of(mean)['inputs'], strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    found, expected = losses_of(learned), losses_of(mean)
    assert found.keys() == expected.keys() and len(found) == 4
    assert all(torch.equal(found[k], expected[k]) for k in found)


def test_all_views_show_it_where_they_are_hidden_and_only_there():
    model, mean = make(), make('mean')
    colour = torch.tensor([1.5, -7.0, 9.0])
    model.data_preprocessor.mask_token.value.data.copy_(colour.view(3, 1, 1))
    for found, zeroed in zip(views_of(model)['inputs'], views_of(mean)['inputs'], strict=True):
        filled = (found == colour.view(3, 1, 1)).all(1)
        assert torch.equal(filled, (zeroed == 0).all(1)) and 0.2 < filled.float().mean() < 0.9
        shown = ~filled[:, None].expand_as(found)
        assert torch.equal(found[shown], zeroed[shown])


@pytest.mark.parametrize('fill', FILLS)
def test_the_task_losses_and_both_auxiliary_losses_train_it(fill):
    for only in (['day.loss'], ['night.loss'], ['loss_byol'], ['loss_mmd'], []):
        gradient = gradient_of(make(fill), *only)
        assert gradient.isfinite().all() and gradient.ne(0).float().mean() > 0.9, only


@pytest.mark.parametrize('view', ['day', 'night', 'dark'])
def test_every_view_gives_it_the_gradient_of_what_is_hidden_there(view):
    model = make()
    images = getattr(views_of(model)['inputs'], view)
    images.sum().backward()
    hidden = (images == 0).all(1).sum()
    assert (model.data_preprocessor.mask_token.value.grad == hidden).all() and hidden > 0


def test_the_targets_of_the_momentum_encoder_give_it_no_gradient(monkeypatch):
    seen, stock = [], WiidAux.byol_loss

    def watch(aux, online, slow):
        seen.append(({t.requires_grad for t in online}, {t.requires_grad for t in slow}))
        return stock(aux, online, slow)

    monkeypatch.setattr(WiidAux, 'byol_loss', watch)
    losses_of(make())
    assert seen == [({True}, {False})]


@pytest.mark.parametrize('fill', FILLS)
def test_where_all_is_visible_its_gradient_is_zero(fill):
    gradient = gradient_of(make(fill, WHOLE))
    assert gradient is not None and not gradient.any()


@pytest.mark.parametrize('wrapper', [OptimWrapper, Bfloat16OptimWrapper])
def test_one_step_of_sgd_changes_it_by_its_gradient(wrapper):
    model, seen = make(), []
    value = model.data_preprocessor.mask_token.value
    value.register_post_accumulate_grad_hook(lambda p: seen.append(p.grad.clone()))
    model.train_step(make_batch(), wrapper(torch.optim.SGD(model.parameters(), lr=0.1)))
    torch.testing.assert_close(value.detach(), -0.1 * seen[0])
    assert value.dtype == torch.float32 and value.detach().abs().min() > 0


def test_nothing_of_it_is_seen_outside_training():
    model, data = make(), dict(inputs=make_batch()['inputs'], data_samples=make_samples())
    model.data_preprocessor.mask_token.value.data.fill_(9)
    stock = build_stock()
    stock.load_state_dict(model.model.state_dict())
    scores = [[s.pred_score for s in m.eval().val_step(dict(data))] for m in (model, stock)]
    assert all(torch.equal(a, b) for a, b in zip(*scores, strict=True))


def test_the_exported_checkpoint_has_no_trace_of_it():
    plain, left = plain_of({'state_dict': make().state_dict(), 'meta': {}})
    assert 'data_preprocessor (1 tensors)' in left
    assert plain['state_dict'].keys() == build_stock().state_dict().keys()


def run(folder, model, **kwargs):
    checkpoint = SafeCheckpointHook(interval=1)
    kwargs = dict(hooks=[CheckpointFitsHook(), ReseedHook()], checkpoint=checkpoint, **kwargs)
    runner = make_runner(folder, model, data=Pairs(8), **kwargs)
    runner.train()
    return runner


class Pairs(Pictures):
    """Each with a dark one."""

    def __getitem__(self, index):
        return super().__getitem__(index) | dict(dark=self.pictures[-1 - index] // 8)


def test_a_training_saves_it_and_resumes_with_it_and_its_momentum(tmp_path):
    run(tmp_path, make(), epochs=1)
    saved = load_local(str(tmp_path / 'epoch_1.pth'))
    assert saved['state_dict'][NAME].abs().min() > 0
    run(tmp_path / 'whole', make(), epochs=2)
    runner = run(tmp_path, make(seed=5), epochs=2, resume=True)
    whole = load_local(str(tmp_path / 'whole' / 'epoch_2.pth'))
    again = load_local(str(tmp_path / 'epoch_2.pth'))
    assert torch.equal(again['state_dict'][NAME], whole['state_dict'][NAME])
    assert not torch.equal(again['state_dict'][NAME], saved['state_dict'][NAME])
    trained = sum(len(g['params']) for g in runner.optim_wrapper.param_groups)
    assert trained == sum(1 for _ in runner.model.parameters())


@pytest.mark.parametrize('kind', ['plain', 'learned', 'mean'])
def test_plain_and_paired_checkpoints_start_a_training_with_it(kind, tmp_path):
    source = dict(plain=build_stock, learned=make, mean=lambda **k: make('mean', **k))[kind](seed=7)
    if kind == 'learned':
        source.data_preprocessor.mask_token.value.data.fill_(0.5)
    torch.save({'state_dict': source.state_dict(), 'meta': {}}, tmp_path / 'weights.pth')
    model = make()
    runner = make_runner(tmp_path, model, load_from=str(tmp_path / 'weights.pth'))
    fits = CheckpointFitsHook()
    runner.register_hook(fits)
    runner.load_or_resume()
    assert fits.fault is None
    own = source.state_dict() if kind == 'plain' else source.model.state_dict()
    assert all(torch.equal(v, own[k]) for k, v in model.model.state_dict().items())
    assert model.state_dict()[NAME].unique().tolist() == [0.5 if kind == 'learned' else 0]


def test_a_wrong_fill_and_one_without_masks_are_refused():
    with pytest.raises(ValueError, match="fill='black': choose 'mean', 'token' or 'texture'"):
        make('black')
    for fill in FILLS:
        with pytest.raises(ValueError, match=f'{fill}.*hidden without wiid.mask'):
            make(fill, dict(darken=dict()))
    assert make('mean', dict(darken=dict())).data_preprocessor.mask_token is None


def gradient_of_half(model, rank):
    """Its gradient of one half of the batch, as mmengine's wrapper takes a step."""
    torch.manual_seed(rank)
    inner = getattr(model, 'module', model)
    data = inner.data_preprocessor(make_batch(seed=4 * rank), training=True)
    inner.parse_losses(model(**data, mode='loss'))[0].backward()
    return inner.data_preprocessor.mask_token.value.grad


def work(rank, folder):
    """One of two processes."""
    torch.set_num_threads(1)
    method = f'file://{folder}/meeting'
    dist.init_process_group('gloo', init_method=method, rank=rank, world_size=2)
    model = MMDistributedDataParallel(make('texture', mmd=False).eval())
    torch.save(gradient_of_half(model, rank), f'{folder}/rank{rank}.pth')
    dist.destroy_process_group()


def test_two_processes_hold_the_mean_of_their_gradients(tmp_path):
    torch.multiprocessing.spawn(work, (str(tmp_path),), nprocs=2)
    found = [torch.load(tmp_path / f'rank{rank}.pth') for rank in range(2)]
    alone = [gradient_of_half(make('texture', mmd=False).eval(), rank) for rank in range(2)]
    assert torch.equal(*found) and not torch.allclose(*alone)
    torch.testing.assert_close(found[0], (alone[0] + alone[1]) / 2, rtol=1e-4, atol=1e-7)
