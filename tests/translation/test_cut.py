"""CUT's training step: who moves when, what it adds up to, and what it learns."""

import pytest
import torch
from mmengine.config import Config
from mmengine.optim import OptimWrapper

from cut_toy import CONFIGS, copies, make, make_batch, wrap
from wiid_plugins.translation.patch_nce import draw_places, patch_nce

LOGGED = {'loss', 'loss_gan', 'loss_nce', 'loss_nce_identity', 'loss_discriminator'}


class Watch(OptimWrapper):
    """Notes at each step whose parameters have gradients, and who moves."""

    def __init__(self, watched, **kwargs):
        super().__init__(**kwargs)
        self.model, self.steps = watched, []

    def step(self, **kwargs):
        pulled = {k for k, p in self.model.named_parameters() if p.grad is not None}
        before = copies(self.model)
        super().step(**kwargs)
        moved = {k for k, v in copies(self.model).items() if not torch.equal(v, before[k])}
        self.steps.append((pulled, moved))


def parameters_of(model, *parts):
    return {name for name, _ in model.named_parameters() if name.startswith(parts)}


def test_discriminator_and_generator_take_turns_and_leave_each_other_alone():
    model = make()
    watch = wrap(model, Watch, watched=model)
    for _ in range(2):
        model.train_step(make_batch(), watch)
    assert len(watch.steps) == 4
    for pulled, moved in watch.steps[::2]:
        assert pulled == parameters_of(model, 'discriminator') and moved
        assert moved <= pulled
    for pulled, moved in watch.steps[1::2]:
        assert pulled == parameters_of(model, 'generator', 'sampler')
        assert moved <= pulled and moved & parameters_of(model, 'sampler')
        assert moved & parameters_of(model, 'generator')
    assert all(p.requires_grad and p.grad is None for p in model.parameters())


def reference_step(model, day, dark, adams):
    """The published step, with an Adam per network, picture by picture where that is possible."""
    generator, discriminator, sampler = model.generator, model.discriminator, model.sampler
    fake, same = generator(day), generator(dark)
    judged = (
        discriminator(fake.detach()).square().mean() + (discriminator(dark) - 1).square().mean()
    ) / 2
    adams['discriminator'].zero_grad()
    judged.backward()
    adams['discriminator'].step()
    source = generator.encode(torch.cat([day, dark]))
    places = draw_places(source, 16)
    keys, terms = sampler(source, places), []
    for start, images in ((0, fake), (len(day), same)):
        queries = sampler(generator.encode(images), places)
        own = [k[start : start + len(images)] for k in keys]
        layers = [patch_nce(q, k, 0.07).mean() for q, k in zip(queries, own, strict=True)]
        terms.append(sum(layers) / 5)
    loss = (discriminator(fake) - 1).square().mean() + sum(terms) / 2
    for adam in (adams['generator'], adams['sampler']):
        adam.zero_grad()
    loss.backward()
    for adam in (adams['generator'], adams['sampler']):
        adam.step()
    return loss.detach(), judged.detach(), terms


def test_one_optimizer_in_turns_is_the_published_pair_of_adams():
    model, twin = make().double(), make().double()
    wrapper = wrap(model)
    model.data_preprocessor.forward = lambda data, training: data  # it knows single precision only
    adams = {
        name: torch.optim.Adam(getattr(twin, name).parameters(), lr=2e-3, betas=(0.5, 0.999))
        for name in ('generator', 'discriminator', 'sampler')
    }
    for step in range(3):
        batch = make_batch(seed=step)
        day, dark = (batch[k].double()[:, [2, 1, 0]] / 127.5 - 1 for k in ('inputs', 'dark'))
        torch.manual_seed(step)
        loss, judged, (of_day, of_dark) = reference_step(twin, day, dark, adams)
        torch.manual_seed(step)
        log = model.train_step(dict(inputs=day, dark=dark), wrapper)
        expected = dict(loss=loss, loss_nce=of_day / 2, loss_nce_identity=of_dark / 2)
        expected['loss_discriminator'] = judged
        for name, value in expected.items():
            assert float(log[name]) == pytest.approx(float(value), rel=1e-5), name
    for name, value in copies(twin).items():
        torch.testing.assert_close(copies(model)[name], value, rtol=1e-4, atol=1e-6)


def test_logged_losses_add_up_and_accuracies_are_shares():
    model = make()
    log = model.train_step(make_batch(), wrap(model))
    assert set(log) == LOGGED | {'accuracy_real', 'accuracy_fake'}
    parts = log['loss_gan'] + log['loss_nce'] + log['loss_nce_identity']
    torch.testing.assert_close(log['loss'], parts)
    assert all(0 <= log[k] <= 1 and not log[k].requires_grad for k in log if 'accuracy' in k)


def test_accuracies_tell_a_discriminator_that_sees_through_from_one_that_is_blind():
    model, real, fake = make(), torch.ones(2, 3, 32, 32), -torch.ones(2, 3, 32, 32)
    for answer, expected in (
        (lambda x: x[:, :1], dict(accuracy_real=1.0, accuracy_fake=1.0)),
        (lambda x: torch.ones(len(x), 1, 2, 2), dict(accuracy_real=1.0, accuracy_fake=0.0)),
    ):
        model.discriminator.forward = answer
        assert model._judge(real, fake)[1] == expected


def test_fastcut_has_no_identity_and_ten_times_the_weight():
    change = Config.fromfile(CONFIGS / 'darken/fastcut_1xb1-200e_codan.py').model
    assert (change.lambda_nce, change.identity) == (10, False)
    found = []
    for weight in (1.0, 10.0):
        model = make(identity=False, lambda_nce=weight)
        log = model.train_step(make_batch(), wrap(model))
        assert 'loss_nce_identity' not in log
        found.append(float(log['loss_nce']))
    assert found[1] == pytest.approx(10 * found[0], rel=1e-5)


def test_it_learns_to_darken_noise():
    model, batch = make(), make_batch(4)
    model.init_weights()
    wrapper = wrap(model, lr=5e-3)
    goal = batch['dark'].float().mean() / 255
    before = (model.test_step(dict(inputs=batch['inputs'])).mean() - goal).abs()
    logs = [model.train_step(batch, wrapper) for _ in range(25)]
    after = (model.test_step(dict(inputs=batch['inputs'])).mean() - goal).abs()
    first, last = (
        torch.stack([log['loss'] for log in part]).mean() for part in (logs[:3], logs[-3:])
    )
    assert last < 0.95 * first and after < 0.5 * before


def test_pictures_come_out_in_rgb_between_0_and_1():
    model, batch = make(), make_batch()
    out = model.test_step(dict(inputs=batch['inputs']))
    rgb = batch['inputs'][:, [2, 1, 0]].float() / 127.5 - 1
    torch.testing.assert_close(out, (model.generator(rgb) + 1) / 2)
    assert out.min() >= 0 and out.max() <= 1
    torch.testing.assert_close(model(rgb, mode='tensor'), out)


@pytest.mark.parametrize(
    ('batch', 'error', 'message'),
    [
        (dict(inputs=make_batch()['inputs']), KeyError, 'wiid_plugins.WithDark'),
        (
            {**make_batch(), 'dark': make_batch(size=40)['dark']},
            ValueError,
            'crop of the same size',
        ),
    ],
)
def test_batches_that_cannot_be_trained_on_are_refused(batch, error, message):
    model = make()
    with pytest.raises(error, match=message):
        model.train_step(batch, wrap(model))


def test_accumulated_gradients_are_refused():
    model = make()
    with pytest.raises(ValueError, match='set accumulative_counts=1'):
        model.train_step(make_batch(), wrap(model, accumulative_counts=2))
