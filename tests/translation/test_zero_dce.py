"""Zero-DCE against its formula written out, with random and with the published weights; training."""

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmengine.registry import MODELS
from PIL import Image

from pictures import seeded
from toy import make_runner
from wiid_plugins.translation.exposure import ExposureMetric
from wiid_plugins.translation.zero_dce import CurveNetwork, ZeroDCE, apply_curves
from wiid_plugins.weights.translation import read_state

CONFIGS = Path(__file__).resolve().parents[2] / 'configs' / 'enhance'
MODEL = dict(
    type='wiid_plugins.ZeroDCE',
    channels=8,
    data_preprocessor=dict(type='ImgDataPreprocessor', mean=[0.0], std=[255.0], bgr_to_rgb=True),
)


def strong(channels=32):
    """A network whose curves differ from zero visibly, as those of a fresh one do not."""
    torch.manual_seed(0)
    network = CurveNetwork(channels)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.08)
    return network


def dark(*shape):
    return torch.rand(shape, generator=seeded(4)) * 0.3


def written_out(state, images):
    """Zero-DCE from its tensors alone: layers in float32, the eight curves in NumPy float64."""

    def layer(number, *inputs):
        weight, bias = state[f'e_conv{number}.weight'], state[f'e_conv{number}.bias']
        return F.conv2d(torch.cat(inputs, 1), weight, bias, padding=1)

    a = layer(1, images).clamp(min=0)
    b = layer(2, a).clamp(min=0)
    c = layer(3, b).clamp(min=0)
    d = layer(4, c).clamp(min=0)
    e = layer(5, c, d).clamp(min=0)
    f = layer(6, b, e).clamp(min=0)
    curves = np.tanh(layer(7, a, f).detach().double().numpy())
    x = images.double().numpy()
    for i in range(8):
        r = curves[:, 3 * i : 3 * i + 3]
        x = x + r * (x**2 - x)
    return x


@pytest.mark.parametrize('size', [(32, 32), (17, 41), (1, 5)])
def test_enhancement_is_the_formula_at_any_size(size):
    network, images = strong(), dark(2, 3, *size)
    out = network(images).detach()
    expected = written_out(network.state_dict(), images)
    assert np.abs(expected - images.numpy()).max() > 0.05
    np.testing.assert_allclose(out.numpy(), expected, rtol=0, atol=1e-5)


def test_published_weights_enhance_real_dark_photos_as_the_formula_does(real_data):
    state = read_state(real_data / 'zero_dce' / 'Epoch99.pth', 'network')
    network = CurveNetwork.from_state_dict(state).eval()
    normal = {k: v.where(v.abs() > 1e-30, 0.0) for k, v in state.items()}  # for speed alone
    photos = sorted((real_data / 'photos_dark').glob('*.png'))[::8]
    assert len(photos) >= 3
    for path in photos:
        with Image.open(path) as photo:
            small = np.asarray(photo.convert('RGB').resize((122, 91)))
        images = torch.from_numpy(small.copy()).permute(2, 0, 1)[None] / 255
        with torch.no_grad():
            out = network(images)
        np.testing.assert_allclose(out.numpy(), written_out(normal, images), rtol=0, atol=1e-5)
        assert out.mean() > 1.5 * images.mean()


def test_layout_and_start_are_the_published_ones():
    torch.manual_seed(0)
    network = CurveNetwork()
    state = network.state_dict()
    assert list(state) == [f'e_conv{i}.{p}' for i in range(1, 8) for p in ('weight', 'bias')]
    assert sum(p.numel() for p in network.parameters()) == 79416
    for name, tensor in state.items():
        if name.endswith('weight'):
            assert float(tensor.std()) == pytest.approx(0.02, rel=0.1), name
        else:
            assert 0 < tensor.abs().max() <= 27**-0.5  # torch's own: 1 / sqrt(fan in)


def test_the_runner_s_initialisation_keeps_the_start():
    model = ZeroDCE(channels=4)
    before = {k: v.clone() for k, v in model.state_dict().items()}
    model.init_weights()
    assert all(torch.equal(before[k], v) for k, v in model.state_dict().items())


def test_curves_stay_in_range_and_keep_black_white_and_order():
    x = torch.linspace(0, 1, 4097).expand(1, 3, 1, -1)
    for value in torch.linspace(-1, 1, 9):
        out = apply_curves(x, value.expand(1, 24, 1, 4097))
        assert out.min() >= 0 and out.max() <= 1 and (out.diff() >= -1e-6).all()
        assert (out[..., 0] == 0).all() and (out[..., -1] == 1).all()
    brighter = 1 - (1 - x.double()) ** 256  # r = -1 eight times, in closed form
    out = apply_curves(x.double(), torch.full((1, 24, 1, 4097), -1.0))
    torch.testing.assert_close(out, brighter)


def test_width_is_read_off_the_weights():
    network = strong(channels=5)
    copy = CurveNetwork.from_state_dict(network.state_dict())
    images = dark(1, 3, 9, 9)
    assert torch.equal(copy(images), network(images))


def test_weights_too_small_for_a_fast_cpu_become_zero():
    state = strong(4).state_dict()
    state['e_conv3.weight'][0, 0, 0, :2] = torch.tensor([1e-39, 2e-20])
    found = CurveNetwork.from_state_dict(state).e_conv3.weight[0, 0, 0].detach()
    assert torch.equal(found, torch.tensor([0.0, 2e-20, state['e_conv3.weight'][0, 0, 0, 2]]))


def test_weights_that_do_not_fit_are_listed():
    state = strong(4).state_dict()
    wrong = {**state, 'e_conv5.weight': torch.zeros(4, 4, 3, 3), 'extra.bias': torch.zeros(1)}
    del wrong['e_conv2.bias']
    with pytest.raises(ValueError) as error:
        CurveNetwork.from_state_dict(wrong)
    for word in ('e_conv2.bias', 'extra.bias', 'e_conv5.weight', '[4, 4, 3, 3]', '[4, 8, 3, 3]'):
        assert word in str(error.value)
    with pytest.raises(ValueError, match=r'no e_conv1.weight .* 1 tensors \(conv.weight \(2, 3\)'):
        CurveNetwork.from_state_dict({'conv.weight': torch.zeros(2, 3)})


def test_losses_carry_their_weights():
    torch.manual_seed(0)
    model, images = ZeroDCE(channels=4), dark(2, 3, 32, 32)
    published = model.loss(images)
    model.loss_weights = dict.fromkeys(model.loss_weights, 1.0)
    plain = model.loss(images)
    factors = dict(loss_spatial=1, loss_exposure=10, loss_colour=5, loss_smoothness=200)
    assert published.keys() == factors.keys()
    for name, factor in factors.items():
        torch.testing.assert_close(published[name], factor * plain[name])
    assert ZeroDCE(4, dict(colour=0.0)).loss(images)['loss_colour'] == 0
    with pytest.raises(ValueError, match=r"\['color'\]; the losses are \['spatial'"):
        ZeroDCE(4, dict(color=1.0))


def test_losses_keep_full_precision_under_amp():
    torch.manual_seed(0)
    model, images = ZeroDCE(channels=4), dark(2, 3, 32, 32)
    full = model.loss(images)
    with torch.autocast('cpu', torch.bfloat16):
        half = model.loss(images)
    for name, loss in half.items():
        assert loss.dtype == torch.float32
        torch.testing.assert_close(loss, full[name], rtol=0.02, atol=1e-6)


def test_gradients_of_a_constant_grey_picture_are_finite_and_reach_every_layer():
    torch.manual_seed(0)
    model = ZeroDCE(channels=4)
    sum(model.loss(torch.full((2, 3, 16, 16), 0.2)).values()).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad.isfinite().all() and parameter.grad.abs().sum() > 0, name


def test_a_few_steps_lower_the_total_loss_and_brighten():
    torch.manual_seed(0)
    model, images = ZeroDCE(channels=8), dark(2, 3, 32, 32)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    totals = []
    for _ in range(25):
        total = sum(model.loss(images).values())
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        totals.append(float(total))
    assert totals[-1] < 0.8 * totals[0]
    assert model(images).mean() > images.mean() + 0.05


def test_predictions_are_of_the_loaded_bgr_pictures():
    model = MODELS.build(MODEL)
    model.network = strong(8)
    bgr = torch.randint(0, 60, (2, 3, 20, 20), generator=seeded(3), dtype=torch.uint8)
    out = model.val_step(dict(inputs=bgr))
    expected = written_out(model.network.state_dict(), bgr.flip(1) / 255)
    np.testing.assert_allclose(out.detach().numpy(), expected, rtol=0, atol=1e-5)


def test_exposure_is_the_mean_over_pictures_whatever_the_batches():
    images = torch.randint(0, 256, (5, 3, 6, 4), generator=seeded(5), dtype=torch.uint8)
    bright = torch.rand(5, 3, 6, 4, generator=seeded(6))
    metric = ExposureMetric()
    metric.process(dict(inputs=images[:4]), bright[:4])
    metric.process(dict(inputs=[images[4]]), bright[4:])
    found = metric.evaluate(5)
    assert found['exposure/before'] == pytest.approx(images.double().mean().item() / 255, rel=1e-5)
    assert found['exposure/after'] == pytest.approx(bright.double().mean().item(), rel=1e-5)


@pytest.fixture
def nested(tmp_path):
    """Dark pictures at two depths, of several sizes."""
    rng = np.random.default_rng(0)
    for i, place in enumerate(['a.png', 'b.png', 'in/c.png', 'in/deep/d.jpg']):
        path = tmp_path / 'dark' / place
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 60, (20 + i, 30, 3), dtype=np.uint8)).save(path)
    return tmp_path / 'dark'


def test_the_config_trains_on_a_nested_folder_and_its_checkpoint_is_read_back(nested, tmp_path):
    config = Config.fromfile(CONFIGS / 'zero-dce_1xb8-200e_gtsrb.py')
    for loader in (config.train_dataloader, config.val_dataloader):
        loader.update(num_workers=0, batch_size=2)
        loader.dataset.data_root = str(nested)
    runner = make_runner(
        tmp_path / 'out',
        model={**config.model, 'channels': 4},
        data=config.train_dataloader.dataset,
        batch_size=2,
        epochs=2,
        hooks=config.custom_hooks,
        checkpoint=config.default_hooks.checkpoint,
        optim=config.optim_wrapper,
        val_dataloader=config.val_dataloader,
        val_cfg=config.val_cfg,
        val_evaluator=[ExposureMetric()],
    )
    runner.train()
    assert runner.iter == 4  # four pictures were found
    scalars = runner.message_hub.log_scalars
    before = scalars['val/exposure/before'].current()
    assert before == pytest.approx(29.5 / 255, abs=0.02)
    state = read_state(tmp_path / 'out' / 'epoch_2.pth', 'network')
    network = CurveNetwork.from_state_dict(state)
    assert all(torch.equal(network.state_dict()[k], state[k]) for k in state)
