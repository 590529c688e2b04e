"""One face for all methods: pictures one by one, clips by one set of parameters."""

import pytest
import torch

from pictures import seeded
from toy import NORM, build_paired, make_samples
from wiid_plugins.models.preprocessor import PairedPreprocessor
from wiid_plugins.ops.lowlight import DarkRanges, brighten, darken, enhance, fit_exponent
from wiid_plugins.translation import build_darkener, build_enhancer
from wiid_plugins.translation.cut_generator import Generator
from wiid_plugins.translation.light import ProceduralDarken
from wiid_plugins.translation.zero_dce import CurveNetwork, apply_curves

SHAPE = (3, 3, 18, 22)


@pytest.fixture
def frames():
    return torch.rand(SHAPE, generator=seeded(2)) * 0.3


@pytest.fixture(params=['procedural darken', 'procedural enhance', 'cut', 'zero-dce'])
def light(request, files):
    return {
        'procedural darken': lambda: build_darkener(),
        'procedural enhance': lambda: build_enhancer(),
        'cut': lambda: build_darkener('cut', weights=files['cut']),
        'zero-dce': lambda: build_enhancer('zero-dce', weights=files['zero-dce']),
    }[request.param]()


@pytest.fixture
def files(tmp_path):
    torch.manual_seed(0)
    torch.save(Generator(ngf=4, blocks=6).state_dict(), tmp_path / 'cut.pth')
    torch.save(CurveNetwork(channels=4).state_dict(), tmp_path / 'zero-dce.pth')
    return {name: tmp_path / f'{name}.pth' for name in ('cut', 'zero-dce')}


def load(network, path):
    return network.from_state_dict(torch.load(path, weights_only=True)).eval()


def test_procedural_methods_are_the_ops(frames):
    dark = build_darkener(exposure=(0.1, 0.1))(frames, seeded())
    assert torch.equal(dark, darken(frames, DarkRanges(exposure=(0.1, 0.1)), generator=seeded()))
    assert torch.equal(build_enhancer(target=0.5)(frames), enhance(frames, target=0.5))


def test_learned_methods_are_their_networks(frames, files):
    with torch.no_grad():
        dark = (load(Generator, files['cut'])(frames * 2 - 1) + 1) / 2
        bright = load(CurveNetwork, files['zero-dce'])(frames)
    assert torch.equal(build_darkener('cut', weights=files['cut'])(frames), dark)
    assert torch.equal(build_enhancer('zero-dce', weights=files['zero-dce'])(frames), bright)


def test_pictures_keep_shape_and_dtype_and_leave_no_graph(light, frames):
    out = light(frames)
    assert out.shape == SHAPE and out.dtype == frames.dtype and not out.requires_grad
    assert out.min() >= 0 and out.max() <= 1


def test_in_a_clip_equal_frames_stay_equal_but_for_noise(light, frames):
    still = frames[:1].expand(4, -1, -1, -1)
    out = light.for_clip(still, seeded())(still)
    torch.testing.assert_close(out.mean((1, 2, 3)), out.mean().expand(4), rtol=0, atol=0.02)


def test_what_a_frame_becomes_does_not_depend_on_the_frames_beside_it(light, frames):
    if isinstance(light, ProceduralDarken):
        return  # its noise is fresh in every frame
    convert = light.for_clip(frames)
    alone = torch.cat([convert(frame[None]) for frame in frames])
    torch.testing.assert_close(convert(frames), alone, rtol=0, atol=1e-5)


def test_a_dimmer_frame_stays_dimmer_under_the_curve_of_its_clip(frames):
    clip = torch.cat([frames[:1], frames[:1] * 0.5])
    out = build_enhancer().for_clip(clip)(clip)
    exponent = fit_exponent(torch.cat([clip[0], clip[1]], -1)[None])
    assert torch.equal(out, brighten(clip, exponent))
    assert out[1].mean() < 0.8 * out[0].mean()
    one_by_one = enhance(clip)
    assert one_by_one[1].mean() > 0.95 * one_by_one[0].mean()  # what would flicker


def test_zero_dce_takes_the_mean_curves_of_the_given_frames(frames, files):
    network = load(CurveNetwork, files['zero-dce'])
    out = build_enhancer('zero-dce', weights=files['zero-dce']).for_clip(frames[:2])(frames)
    with torch.no_grad():
        curves = network.curves(frames[:2]).mean(0, keepdim=True)
        expected = apply_curves(frames, curves.expand(3, -1, -1, -1))
    torch.testing.assert_close(out, expected, rtol=0, atol=1e-6)


def test_a_darkened_clip_has_one_draw_and_fresh_noise():
    still = torch.full((6, 3, 32, 32), 0.6)
    ranges = dict(veil=(0.0, 0.0), shot_noise=(1e-4, 1e-4))
    out = build_darkener(**ranges).for_clip(still, seeded(3))(still)
    levels = out.mean((2, 3))
    torch.testing.assert_close(levels, levels[:1].expand(6, 3), rtol=0, atol=0.01)
    assert not torch.equal(out[0], out[1])
    each = build_darkener(**ranges)(still, seeded(3)).mean((2, 3))
    assert (each.max(0).values - each.min(0).values).max() > 0.05  # what would flicker


def test_a_model_that_darkens_with_a_network_does_not_own_it(files):
    views = dict(
        darken=dict(method='cut', weights=files['cut']),
        enhance=dict(method='zero-dce', weights=files['zero-dce']),
    )
    learned, plain = build_paired(views=views), build_paired(views=dict(darken={}, enhance={}))
    assert learned.state_dict().keys() == plain.state_dict().keys()
    assert len(list(learned.parameters())) == len(list(plain.parameters()))
    before = files_state(learned)
    pictures = torch.randint(0, 256, (4, 3, 32, 32), dtype=torch.uint8)
    batch = dict(inputs=pictures, data_samples=make_samples(), dark=pictures // 8)
    learned.train()
    losses = learned(**learned.data_preprocessor(batch, training=True), mode='loss')
    learned.parse_losses(losses)[0].backward()
    assert not any(n.training for n in networks(learned))
    after = files_state(learned)
    assert all(torch.equal(before[k], after[k]) for k in before)


def networks(model):
    views = model.data_preprocessor
    return [views.darken.network, views.enhance.network]


def files_state(model):
    return {
        (i, k): v.clone() for i, n in enumerate(networks(model)) for k, v in n.state_dict().items()
    }


def test_the_preprocessor_darkens_as_the_network_does_under_amp_too(files):
    views = PairedPreprocessor(
        dict(NORM), darken=dict(method='cut', weights=files['cut']), bgr=False
    )
    pictures = torch.randint(0, 256, (2, 3, 16, 16), dtype=torch.uint8)
    night = views.draw(dict(inputs=pictures)).night
    with torch.no_grad():
        expected = (load(Generator, files['cut'])(pictures.float() / 255 * 2 - 1) + 1) / 2
    torch.testing.assert_close(night, expected)
    with torch.autocast('cpu', torch.bfloat16):
        half = views.draw(dict(inputs=pictures)).night
    assert half.dtype == torch.float32
    torch.testing.assert_close(half, expected, rtol=0, atol=0.05)


def test_what_cut_makes_is_not_enhanced_again(files):
    cut = dict(method='cut', weights=files['cut'])
    pictures = torch.randint(0, 80, (2, 3, 16, 16), dtype=torch.uint8)
    batch = dict(inputs=pictures, dark=pictures)
    alone = PairedPreprocessor(dict(NORM), darken=cut).draw(batch)
    drawn = PairedPreprocessor(dict(NORM), darken=cut, enhance=dict(target=0.8)).draw(batch)
    assert torch.equal(drawn.night, alone.night)
    assert drawn.dark.mean() > alone.dark.mean() + 0.3


@pytest.mark.parametrize(
    ('build', 'options', 'message'),
    [
        (
            build_darkener,
            dict(method='gan'),
            r"one of \['cut', 'fourier', 'procedural'\], not 'gan'",
        ),
        (build_darkener, dict(method='cut'), "'cut' needs weights=FILE"),
        (build_enhancer, dict(weights='x.pth'), "'procedural' takes no weights"),
        (build_enhancer, dict(method='zero-dce'), "'zero-dce' needs weights=FILE"),
        (build_darkener, dict(exposure=(0.5, 0.1)), 'DarkRanges.exposure'),
    ],
)
def test_what_does_not_go_together_is_refused(build, options, message):
    with pytest.raises(ValueError, match=message):
        build(**options)


def test_weights_of_another_network_name_the_file(files):
    with pytest.raises(ValueError, match='zero-dce.pth: '):
        build_darkener('cut', weights=files['zero-dce'])
